"""Tokenizers from folders of every kind, and folders that have none."""

import json
import pathlib
import shutil
from collections.abc import Callable

import pytest

from bert_tf.errors import TextError
from bert_tf.text.loading import load_reference, load_tokenizer


def test_reference_takes_special_tokens_for_text(minilm: pathlib.Path) -> None:
    reference = load_reference(minilm)
    assert reference.encode(["a [SEP]"])[0].tokens == ["[CLS]", "a", "[", "sep", "]", "[SEP]"]


@pytest.mark.parametrize("lowercase", [True, False])
def test_casing_comes_from_the_folder(
    vocabulary_folder: Callable[..., pathlib.Path], cache_folder: pathlib.Path, lowercase: bool
) -> None:
    tokenizer = load_tokenizer(vocabulary_folder(do_lower_case=lowercase), cache_folder=cache_folder)
    assert tokenizer.settings["lowercase"] is lowercase
    assert tokenizer.encode_batch([b"The"], max_tokens=8).ids.tolist() == [101, 1996 if lowercase else 100, 102]


def test_casing_of_tokenizer_json_counts(
    changed_folder: Callable[..., pathlib.Path], cache_folder: pathlib.Path
) -> None:
    def cased(parts: dict) -> None:
        parts["normalizer"]["lowercase"] = False

    tokenizer = load_tokenizer(changed_folder(cased), cache_folder=cache_folder)
    assert tokenizer.settings["lowercase"] is False


def test_vocabulary_and_config_are_enough(
    minilm: pathlib.Path, tmp_path: pathlib.Path, cache_folder: pathlib.Path
) -> None:
    for name in ("vocab.txt", "config.json"):
        shutil.copy(minilm / name, tmp_path)
    tokenizer = load_tokenizer(tmp_path, cache_folder=cache_folder)
    assert tokenizer.fingerprint == load_tokenizer(minilm, cache_folder=cache_folder).fingerprint


def test_one_process_traces_equal_tokenizers_once(
    minilm: pathlib.Path, vocabulary_folder: Callable[..., pathlib.Path], tmp_path: pathlib.Path
) -> None:
    copy = shutil.copytree(minilm, tmp_path / "copy", ignore=shutil.ignore_patterns("*.safetensors"))
    first, second = (load_tokenizer(minilm, cache_folder=tmp_path / name) for name in ("one", "another"))
    assert load_tokenizer(copy, cache_folder=tmp_path / "one") is second is first
    for others in ({"do_lower_case": False}, {"do_lower_case": True, "strip_accents": False}):
        other = load_tokenizer(vocabulary_folder(**others), cache_folder=tmp_path / "one")
        assert other.fingerprint != first.fingerprint


def test_a_cased_vocabulary_that_does_not_tell_is_refused(minilm: pathlib.Path, tmp_path: pathlib.Path) -> None:
    shutil.copy(minilm / "config.json", tmp_path)
    tokens = (minilm / "vocab.txt").read_text(encoding="utf-8")
    (tmp_path / "vocab.txt").write_text(tokens + "Berlin\n", encoding="utf-8")
    with pytest.raises(TextError, match=r"whether text is lowercased[^\n]*'Berlin'[\s\S]*do_lower_case"):
        load_reference(tmp_path)


def test_encoders_without_segments_say_so(
    vocabulary_folder: Callable[..., pathlib.Path], cache_folder: pathlib.Path
) -> None:
    folder = vocabulary_folder(tokenizer_class="DistilBertTokenizer", do_lower_case=True)
    tokenizer = load_tokenizer(folder, cache_folder=cache_folder)
    assert tokenizer.in_graph
    assert not tokenizer.uses_segments


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"config.json": json.dumps({"model_type": "bert"})},
        {"config.json": json.dumps({"model_type": "bert"}), "tokenizer.json": "{broken"},
    ],
)
def test_a_folder_without_a_tokenizer(tmp_path: pathlib.Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(TextError, match=r"no readable tokenizer[\s\S]*where: [\s\S]*vocab\.txt"):
        load_tokenizer(tmp_path, cache_folder=tmp_path)


def test_a_folder_that_is_not_there(tmp_path: pathlib.Path) -> None:
    with pytest.raises(TextError, match="no readable tokenizer"):
        load_reference(tmp_path / "absent")


def test_unsupported_wordpiece_is_refused_with_its_folder(
    changed_folder: Callable[..., pathlib.Path], cache_folder: pathlib.Path
) -> None:
    def unclean(parts: dict) -> None:
        parts["normalizer"]["clean_text"] = False

    folder = changed_folder(unclean)
    with pytest.raises(TextError) as caught:
        load_tokenizer(folder, cache_folder=cache_folder)
    assert str(folder) in str(caught.value)
