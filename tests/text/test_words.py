"""Words of texts, by hand."""

import itertools

import pytest
import tensorflow as tf
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from bert_tf.text.characters import compile_table
from bert_tf.text.words import Words, WordSplitter


@pytest.fixture(scope="module")
def splitter() -> WordSplitter:
    return WordSplitter(compile_table(BertNormalizer(), BertPreTokenizer(), alphabet=set()))


def listed(words: Words) -> list[list[str]]:
    flat = ["".join(map(chr, word)) for word in words.characters.to_list()]
    bounds = words.splits.numpy().tolist()
    return [flat[start:stop] for start, stop in itertools.pairwise(bounds)]


def test_words_of_each_text(splitter: WordSplitter) -> None:
    texts = [b"Hello, World", b"", "één中\u200b文 x".encode(), b" \0 ", b"a", b"b"]
    assert listed(splitter.split(tf.constant(texts))) == [
        ["hello", ",", "world"],
        [],
        ["een", "中", "文", "x"],
        [],
        ["a"],
        ["b"],
    ]


def test_where_the_characters_come_from(splitter: WordSplitter) -> None:
    words = splitter.split(tf.constant(["é 각".encode(), b"x"]))
    # Source: é, space, 각, end, x, end. Normalized: e, space, three jamo, end, x, end.
    assert words.origin.numpy().tolist() == [0, 1, 2, 5, 6, 7, 8]
    assert words.kept.numpy().tolist() == [0, 2, 3, 4, 6]
    assert words.text_splits.numpy().tolist() == [0, 4, 6]


def test_malformed_bytes_end_no_word(splitter: WordSplitter) -> None:
    assert listed(splitter.split(tf.constant([b"in\xc3word \xe4\xb8", b"next"]))) == [["inword"], ["next"]]
