"""A byte-level BPE tokenizer, which can't go in the graph."""

import json
import pathlib

import numpy as np
import pytest
from tokenizers import ByteLevelBPETokenizer
from tokenizers.processors import RobertaProcessing

from bert_tf.errors import TextError
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.loading import load_tokenizer

SPECIALS = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


@pytest.fixture(scope="module")
def roberta(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A byte-level BPE of the kind that RoBERTa has, trained on three lines."""
    folder = tmp_path_factory.mktemp("roberta")
    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(["low lower lowest newer wider </s>"] * 50, vocab_size=300, special_tokens=SPECIALS)
    tokenizer.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0))
    tokenizer.save(str(folder / "tokenizer.json"))
    names = dict(zip(("bos_token", "pad_token", "eos_token", "unk_token", "mask_token"), SPECIALS, strict=True))
    config = {"tokenizer_class": "RobertaTokenizer", "cls_token": "<s>", "sep_token": "</s>", **names}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture
def tokenizer(roberta: pathlib.Path, tmp_path: pathlib.Path) -> HuggingFaceTokenizer:
    loaded = load_tokenizer(roberta, cache_folder=tmp_path)
    assert isinstance(loaded, HuggingFaceTokenizer)
    assert not list(tmp_path.iterdir())
    return loaded


def read(roberta: pathlib.Path, ids: np.ndarray) -> list[str]:
    tokens = {
        token_id: token
        for token, token_id in json.loads((roberta / "tokenizer.json").read_text())["model"]["vocab"].items()
    }
    return [tokens[token_id] for token_id in ids.tolist()]


def test_rows_by_hand(roberta: pathlib.Path, tokenizer: HuggingFaceTokenizer) -> None:
    batch = tokenizer.encode_batch([b"low lower", b""], max_tokens=16)
    assert read(roberta, batch.ids) == ["<s>", "low", "Ġlower", "</s>", "<s>", "</s>"]
    assert batch.lengths.tolist() == batch.first_lengths.tolist() == [4, 2]
    assert batch.truncated.tolist() == [False, False]
    assert {batch.ids.dtype, batch.lengths.dtype, batch.first_lengths.dtype} == {np.dtype(np.int32)}


def test_pairs_are_truncated_longest_first(roberta: pathlib.Path, tokenizer: HuggingFaceTokenizer) -> None:
    batch = tokenizer.encode_batch([b"low low low low"], [b"low"], max_tokens=7)
    assert read(roberta, batch.ids) == ["<s>", "low", "Ġlow", "</s>", "</s>", "low", "</s>"]
    assert batch.lengths.tolist() == [7]
    assert batch.truncated.tolist() == [True]


def test_special_tokens_in_text_are_text(tokenizer: HuggingFaceTokenizer) -> None:
    batch = tokenizer.encode_batch([b"low</s>low<pad>"], max_tokens=64)
    assert (batch.ids == 2).sum() == 1
    assert tokenizer.pad_id not in batch.ids


def test_malformed_bytes_are_replaced(tokenizer: HuggingFaceTokenizer) -> None:
    bad, good = (tokenizer.encode_batch([text], max_tokens=64).ids for text in (b"low\xff", "low\ufffd".encode()))
    np.testing.assert_array_equal(bad, good)


def test_empty_batch_and_no_room(tokenizer: HuggingFaceTokenizer) -> None:
    empty = tokenizer.encode_batch([], max_tokens=8)
    assert [array.size for array in (empty.ids, empty.lengths, empty.first_lengths, empty.truncated)] == [0] * 4
    with pytest.raises(TextError, match="5 tokens can't hold 4 special tokens"):
        tokenizer.encode_batch([b"a"], [b"b"], max_tokens=5)


def test_what_the_other_floors_ask_of_it(roberta: pathlib.Path, tokenizer: HuggingFaceTokenizer) -> None:
    assert not tokenizer.in_graph
    assert not tokenizer.uses_segments
    assert tokenizer.pad_id == 1
    assert tokenizer.vocabulary_size == len(json.loads((roberta / "tokenizer.json").read_text())["model"]["vocab"])
    assert json.loads(json.dumps(tokenizer.settings))["kind"] == "bpe"


def test_fingerprint_is_that_of_the_content(roberta: pathlib.Path, tmp_path: pathlib.Path) -> None:
    def fingerprint(folder: pathlib.Path) -> str:
        return load_tokenizer(folder, cache_folder=tmp_path).fingerprint

    used = load_tokenizer(roberta, cache_folder=tmp_path)
    used.encode_batch([b"low"], max_tokens=8)
    assert used.fingerprint == fingerprint(roberta)
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in roberta.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    assert fingerprint(copy) == fingerprint(roberta)
    parts = json.loads((copy / "tokenizer.json").read_text())
    parts["model"]["merges"].pop()
    (copy / "tokenizer.json").write_text(json.dumps(parts))
    assert fingerprint(copy) != fingerprint(roberta)


def test_a_tokenizer_that_cannot_pad_is_refused(roberta: pathlib.Path, tmp_path: pathlib.Path) -> None:
    for path in roberta.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"}))
    with pytest.raises(TextError, match="no padding token"):
        load_tokenizer(tmp_path, cache_folder=tmp_path)
