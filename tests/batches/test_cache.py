import dataclasses
import pathlib

import numpy as np
import pytest
from transformers import BertTokenizerFast

from bert_tf.batches import token_file
from bert_tf.batches.cache import open_token_cache
from bert_tf.errors import DataError
from bert_tf.text.loading import load_tokenizer


@dataclasses.dataclass
class Texts:
    """Examples in memory."""

    rows: list[bytes]
    seconds: list[bytes] | None = None
    fingerprint: str = "a"

    def __len__(self):
        return len(self.rows)

    def texts(self, start, stop):
        return self.rows[start:stop]

    def pairs(self, start, stop):
        return self.seconds and self.seconds[start:stop]


@pytest.fixture(scope="module")
def tokenizer(minilm, cache):
    return load_tokenizer(minilm, cache_folder=cache)


# More rows than one record batch holds, of very different lengths.
MANY = Texts([b"good film " * (index % 70) + b"no. %d" % index for index in range(5000)])


def test_rows_are_hugging_faces(minilm, tokenizer, tmp_path):
    tokens = open_token_cache(MANY, tokenizer, max_tokens=64, cache_folder=tmp_path)
    indices = np.array([4999, 0, 2047, 2048, 69, 70])
    reference = BertTokenizerFast.from_pretrained(minilm)
    expected = reference(
        [MANY.rows[index].decode() for index in indices], truncation=True, max_length=64, padding="max_length"
    )
    inputs = tokens.rows(indices, padded_length=64)
    for name in ("input_ids", "attention_mask", "token_type_ids"):
        assert inputs[name].tolist() == expected[name]
    whole = [len(reference(MANY.rows[index].decode())["input_ids"]) for index in indices]
    assert tokens.lengths[indices].tolist() == [min(64, length) for length in whole]
    assert tokens.truncated[indices].tolist() == [length > 64 for length in whole]
    assert len(tokens) == 5000


def test_the_first_texts(tokenizer, tmp_path):
    tokens = open_token_cache(MANY, tokenizer, max_tokens=64, cache_folder=tmp_path)
    part, places = tokens.head(3000), np.array([2999, 0, 2048])
    assert (len(part), len(part.truncated), len(tokens)) == (3000, 3000, 5000)
    for name, values in part.rows(places, padded_length=64).items():
        np.testing.assert_array_equal(values, tokens.rows(places, padded_length=64)[name])


def test_pairs_have_segments(minilm, tokenizer, tmp_path):
    pairs = Texts([b"who directed it?", b"long " * 90], [b"a famous director", b"short"])
    tokens = open_token_cache(pairs, tokenizer, max_tokens=32, cache_folder=tmp_path)
    expected = BertTokenizerFast.from_pretrained(minilm)(
        [text.decode() for text in pairs.rows],
        [text.decode() for text in pairs.seconds],
        truncation="longest_first",
        max_length=32,
        padding="max_length",
    )
    inputs = tokens.rows(np.array([0, 1]), padded_length=32)
    assert inputs["token_type_ids"].tolist() == expected["token_type_ids"]
    assert inputs["input_ids"].tolist() == expected["input_ids"]


class Counting:
    """A tokenizer that counts the texts it is given."""

    def __init__(self, inner):
        self._inner, self.seen = inner, 0
        self.fingerprint, self.vocabulary_size, self.pad_id = inner.fingerprint, inner.vocabulary_size, inner.pad_id
        self.in_graph = inner.in_graph

    def encode_batch(self, texts, pairs=None, *, max_tokens):
        self.seen += len(texts)
        return self._inner.encode_batch(texts, pairs, max_tokens=max_tokens)


def test_tokens_are_made_once_for_equal_content_and_settings(tokenizer, tmp_path):
    counting = Counting(tokenizer)
    texts = Texts([b"one", b"two"])
    for _ in range(2):
        open_token_cache(texts, counting, max_tokens=16, cache_folder=tmp_path)
    assert counting.seen == 2
    open_token_cache(texts, counting, max_tokens=17, cache_folder=tmp_path)
    open_token_cache(dataclasses.replace(texts, fingerprint="b"), counting, max_tokens=16, cache_folder=tmp_path)
    counting.fingerprint = "another tokenizer"
    open_token_cache(texts, counting, max_tokens=16, cache_folder=tmp_path)
    assert counting.seen == 8


def test_an_interrupted_write_leaves_no_cache(tokenizer, tmp_path):
    class Failing(Counting):
        def encode_batch(self, texts, pairs=None, *, max_tokens):
            if self.seen:
                raise KeyboardInterrupt
            return super().encode_batch(texts, pairs, max_tokens=max_tokens)

    with pytest.raises(KeyboardInterrupt):
        open_token_cache(MANY, Failing(tokenizer), max_tokens=16, cache_folder=tmp_path)
    assert list((tmp_path / "tokens").iterdir()) == []


def test_parts_become_the_same_file_and_those_of_a_killed_process_are_kept(tokenizer, tmp_path, monkeypatch):
    open_token_cache(MANY, tokenizer, max_tokens=16, cache_folder=tmp_path / "whole")
    (whole,) = (tmp_path / "whole" / "tokens").iterdir()
    monkeypatch.setattr(token_file, "_PART_ROWS", 2048)
    parts = tmp_path / "parts" / "tokens" / f"{whole.stem}.parts"

    class Killed(Counting):
        def encode_batch(self, texts, pairs=None, *, max_tokens):
            if texts[0] == MANY.rows[4096]:
                raise KeyboardInterrupt
            return super().encode_batch(texts, pairs, max_tokens=max_tokens)

    with pytest.raises(KeyboardInterrupt):
        open_token_cache(MANY, Killed(tokenizer), max_tokens=16, cache_folder=tmp_path / "parts")
    assert sorted(path.name for path in parts.glob("*.arrow")) == ["00000.arrow", "00001.arrow"]
    (parts / "00000.arrow").write_bytes(turned((parts / "00000.arrow").read_bytes()))
    counting = Counting(tokenizer)
    open_token_cache(MANY, counting, max_tokens=16, cache_folder=tmp_path / "parts")
    assert counting.seen == len(MANY) - 2048
    (made,) = (tmp_path / "parts" / "tokens").iterdir()
    assert (made.name, made.read_bytes()) == (whole.name, whole.read_bytes())


def all_ids(tokens):
    return [tokens.ids(row).tolist() for row in range(len(tokens))]


def turned(content):
    """A hundred ids are others; the file is as good an Arrow file as before."""
    start = len(content) // 2
    return content[:start] + bytes(byte ^ 1 for byte in content[start : start + 200]) + content[start + 200 :]


@pytest.mark.parametrize("damage", [turned, lambda content: content[: len(content) // 2], lambda content: b""])
def test_a_damaged_file_is_made_anew(tokenizer, tmp_path, damage, caplog):
    expected = all_ids(open_token_cache(MANY, tokenizer, max_tokens=16, cache_folder=tmp_path))
    (path,) = (tmp_path / "tokens").iterdir()
    path.write_bytes(damage(path.read_bytes()))
    counting = Counting(tokenizer)
    assert all_ids(open_token_cache(MANY, counting, max_tokens=16, cache_folder=tmp_path)) == expected
    assert counting.seen == len(MANY)
    assert "damaged and will be recomputed" in caplog.text
    again = Counting(tokenizer)
    open_token_cache(MANY, again, max_tokens=16, cache_folder=tmp_path)
    assert again.seen == 0


def test_files_that_changed_places_are_made_anew(tokenizer, tmp_path):
    splits = [Texts([b"a good film"] * 9, fingerprint="one"), Texts([b"no good"] * 9, fingerprint="two")]
    expected = [all_ids(open_token_cache(each, tokenizer, max_tokens=16, cache_folder=tmp_path)) for each in splits]
    one, two = (tmp_path / "tokens").iterdir()
    content = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(content)
    found = [all_ids(open_token_cache(each, tokenizer, max_tokens=16, cache_folder=tmp_path)) for each in splits]
    assert found == expected


FULL_DISK = """
import dataclasses, pathlib, sys
sys.path.insert(0, {tests!r})
from test_cache import Texts
from bert_tf.batches.cache import open_token_cache
from bert_tf.errors import DataError
from bert_tf.errors import BertTfError
from bert_tf.text.loading import load_tokenizer
folder = pathlib.Path(sys.argv[1])
tokenizer = load_tokenizer(pathlib.Path({minilm!r}), cache_folder=pathlib.Path({cache!r}))
try:
    open_token_cache(Texts([b"word " * 254] * 5000), tokenizer, max_tokens=256, cache_folder=folder)
except BertTfError as error:
    print(error)
print("left:", list((folder / "tokens").iterdir()))
"""


@pytest.mark.parametrize(
    "mebibytes, told",
    [
        (1, "could not be written: the disk is full"),
        # 5,000 rows of 256 ids of 2 bytes are 2.5 MiB, of which the first 2,048 rows are there when it is reckoned.
        (2, "Not enough disk space for token ids: 2 MiB are needed and 0 MiB are free"),
    ],
)
def test_full_disk_is_told(minilm, cache, tmp_path, begun_on_full_disk, mebibytes, told):
    full = tmp_path / "full"
    full.mkdir()
    code = FULL_DISK.format(tests=str(pathlib.Path(__file__).parent), minilm=str(minilm), cache=str(cache))
    done = begun_on_full_disk(full, mebibytes, code)
    assert told in done.stdout, done.stderr
    assert "left: []" in done.stdout


def test_a_cache_that_cannot_be_written_is_told(tokenizer, tmp_path, monkeypatch):
    (tmp_path / "tokens").write_text("no folder")
    for part_rows in (2048, 8192):
        monkeypatch.setattr(token_file, "_PART_ROWS", part_rows)
        with pytest.raises(DataError):
            open_token_cache(MANY, tokenizer, max_tokens=16, cache_folder=tmp_path)


def test_ids_in_use_are_those_of_all_rows_and_of_padding(minilm, tokenizer, tmp_path):
    texts = Texts([b"good film"] * 2500 + [b"film no. 1"])
    tokens = open_token_cache(texts, tokenizer, max_tokens=64, cache_folder=tmp_path)
    words = ["[PAD]", "[CLS]", "[SEP]", "good", "film", "no", ".", "1"]
    expected = sorted(BertTokenizerFast.from_pretrained(minilm).convert_tokens_to_ids(words))
    assert tokens.ids_in_use(vocabulary_size=tokenizer.vocabulary_size, most=8).tolist() == expected
    assert tokens.ids_in_use(vocabulary_size=tokenizer.vocabulary_size, most=7) is None
