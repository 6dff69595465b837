"""Words with their tokens: the text's own spelling, and every token once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import ByteLevelBPETokenizer
from tokenizers.processors import RobertaProcessing

from bert_tf.text.fast_tokenizer import FastTokenizer, SpecialTokens
from bert_tf.text.loading import load_reference, load_tokenizer
from bert_tf.text.torture import TORTURE_TEXTS
from bert_tf.text.word_tokens import encode_words


@pytest.fixture(scope="module")
def own(minilm):
    return load_reference(minilm)


def words_of(row, side=0):
    return [word.text for word in row.texts[side]]


def tokens_of(row):
    return [token for words in row.texts for word in words for token in word.tokens]


def test_words_by_hand(own):
    row, short = encode_words(own, ["Don't say 'Café-goers' in 中国!\n", ""], max_tokens=64)
    assert words_of(row) == [
        *["Don't", " ", "say", " ", "'", "Café", "-", "goers", "'", " ", "in", " ", "中", "国", "!", "\n"]
    ]
    # Pieces of one word are together: don ' t, and go ##ers.
    assert [len(word.tokens) for word in row.texts[0]][:2] == [3, 0]
    assert [own.backend.id_to_token(row.ids[token]) for token in row.texts[0][7].tokens] == ["go", "##ers"]
    assert list(short.ids) == [101, 102]
    assert short.texts == ((),)
    assert list(short.special) == [True, True]


@pytest.mark.parametrize("text", ["rock 'n' roll", "'tis", "dogs' dinner", "it’s Jo's", "x''y", "o'clock's"])
def test_apostrophes_join_letters_only(own, text):
    expected = {
        "rock 'n' roll": ["rock", "'", "n", "'", "roll"],
        "'tis": ["'", "tis"],
        "dogs' dinner": ["dogs", "'", "dinner"],
        "it’s Jo's": ["it’s", "Jo's"],
        "x''y": ["x", "'", "'", "y"],
        "o'clock's": ["o'clock's"],
    }
    assert [word for word in words_of(encode_words(own, [text], max_tokens=32)[0]) if word.strip()] == expected[text]


def test_a_cut_text_ends_with_its_last_token(own, minilm):
    row = encode_words(own, ["One, two  unbelievablenesses and four"], max_tokens=6)[0]
    assert len(row.ids) == 6
    assert "".join(words_of(row)) == "One, two  unbelievable"
    left = load_reference(minilm)
    left.truncation_side = "left"
    row = encode_words(left, ["One, two three "], max_tokens=4)[0]
    assert "".join(words_of(row)) == "two three "


def test_pairs(own):
    row = encode_words(own, ["A b"], ["C, d"], max_tokens=32)[0]
    assert [words_of(row, side) for side in (0, 1)] == [["A", " ", "b"], ["C", ",", " ", "d"]]
    assert list(row.segments) == [0, 0, 0, 0, 1, 1, 1, 1]
    assert tokens_of(row) == [1, 2, 4, 5, 6]


def test_a_byte_level_tokenizer():
    bytes_only = ByteLevelBPETokenizer()
    bytes_only.train_from_iterator(["don't low lower"] * 9, vocab_size=280, special_tokens=["<s>", "</s>"])
    bytes_only.post_processor = RobertaProcessing(("</s>", 1), ("<s>", 0))
    wrapped = FastTokenizer(
        bytes_only._tokenizer,
        class_name="PreTrainedTokenizerFast",
        special_tokens=SpecialTokens("<s>", "</s>", None, None),
        uses_segments=False,
        truncation_side="right",
    )
    row = encode_words(wrapped, ["Don't lower é中."], max_tokens=64)[0]
    assert words_of(row) == ["Don't", " ", "lower", " ", "é中", "."]
    assert tokens_of(row) == list(range(1, len(row.ids) - 1))


def test_half_of_a_character(own):
    assert words_of(encode_words(own, ["a\ud800b"], max_tokens=8)[0]) == ["a", "?", "b"]


def test_nothing(own):
    assert encode_words(own, [], max_tokens=8) == []


@settings(max_examples=200)
@given(text=st.text(max_size=60) | st.sampled_from(TORTURE_TEXTS))
def test_words_are_the_text_and_have_each_token_once(own, text):
    text = text if isinstance(text, str) else text.decode("utf-8", "replace")
    row = encode_words(own, [text], max_tokens=512)[0]
    assert "".join(words_of(row)) == text.encode("utf-8", "replace").decode()
    assert tokens_of(row) == [index for index, special in enumerate(row.special) if not special]


def test_ids_are_those_of_training(own, minilm, cache):
    texts = [text if isinstance(text, bytes) else text.encode("utf-8", "replace") for text in TORTURE_TEXTS]
    encoded = load_tokenizer(minilm, cache_folder=cache).encode_batch(texts, max_tokens=24)
    rows = encode_words(own, [text.decode("utf-8", "replace") for text in texts], max_tokens=24)
    assert [token for row in rows for token in row.ids] == list(encoded.ids)
