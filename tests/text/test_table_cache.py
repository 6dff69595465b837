"""The character table on disk."""

import pathlib

import numpy as np
import pytest
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from bert_tf.errors import TextError
from bert_tf.text import table_cache
from bert_tf.text.characters import CharacterTable


def cached(folder: pathlib.Path, settings: str = "default", alphabet: set[str] | None = None) -> CharacterTable:
    return table_cache.cached_table(
        BertNormalizer(), BertPreTokenizer(), alphabet=alphabet or {"a"}, settings=settings, cache_folder=folder
    )


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[CharacterTable]:
    """Every table that is compiled: made-up ones, because a real one takes a second."""
    tables: list[CharacterTable] = []

    def compile_small(*_: object, alphabet: set[str]) -> CharacterTable:
        tables.append(CharacterTable(*(np.arange(size, dtype=np.int32) for size in (300, 200, 100))))
        return tables[-1]

    monkeypatch.setattr(table_cache, "compile_table", compile_small)
    return tables


def test_is_compiled_once_for_each_key(compiled: list[CharacterTable], tmp_path: pathlib.Path) -> None:
    first, second = cached(tmp_path), cached(tmp_path)
    assert len(compiled) == 1
    for name in ("page_of", "pages", "pool"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    cached(tmp_path, settings="cased")
    cached(tmp_path, alphabet={"a", "b"})
    assert len(compiled) == 3
    assert len(list((tmp_path / "characters").iterdir())) == 3


@pytest.mark.parametrize("content", [b"", b"no archive", None, "turned"])
def test_a_broken_file_is_made_anew(
    compiled: list[CharacterTable], tmp_path: pathlib.Path, content: bytes | str | None
) -> None:
    cached(tmp_path)
    (path,) = (tmp_path / "characters").iterdir()
    whole = path.read_bytes()
    # A name in the archive: its own checksums cover what is in its files only.
    turned = whole.replace(b"pages.npy", b"pagez.npy")
    path.write_bytes(whole[:-500] if content is None else turned if isinstance(content, str) else content)
    np.testing.assert_array_equal(cached(tmp_path).pages, compiled[0].pages)
    assert len(compiled) == 2
    cached(tmp_path)
    assert len(compiled) == 2


def test_a_cache_that_cannot_be_written_is_told(compiled: list[CharacterTable], tmp_path: pathlib.Path) -> None:
    (tmp_path / "characters").write_text("a file where the folder should be")
    with pytest.raises(TextError, match="could not be written"):
        cached(tmp_path)
