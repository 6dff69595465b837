"""A difference is found, and named."""

import pathlib
from collections.abc import Callable

import pytest

from bert_tf.errors import TextError
from bert_tf.text.fast_tokenizer import FastTokenizer
from bert_tf.text.loading import load_reference
from bert_tf.text.parity import check_parity, differences, first_difference
from bert_tf.text.tokenizer import WordpieceTokenizer
from bert_tf.text.torture import TORTURE_TEXTS


@pytest.fixture
def cased(changed_folder: Callable[..., pathlib.Path]) -> FastTokenizer:
    """Differs from the uncased tokenizer wherever there is a capital."""

    def change(parts: dict) -> None:
        parts["normalizer"]["lowercase"] = False

    return load_reference(changed_folder(change))


def test_finds_none_on_the_torture_set(tokenizer: WordpieceTokenizer, minilm: pathlib.Path) -> None:
    reference = load_reference(minilm)
    assert first_difference(tokenizer, reference, TORTURE_TEXTS) is None
    check_parity(tokenizer, reference, TORTURE_TEXTS, where="torture")
    assert first_difference(tokenizer, reference, []) is None


def test_names_the_first(tokenizer: WordpieceTokenizer, cased: FastTokenizer) -> None:
    texts = [b"all small"] * 600 + [b"in the end, Berlin", b"Paris"]
    difference = first_difference(tokenizer, cased, texts)
    assert difference is not None
    assert (difference.text_index, difference.text, difference.position) == (600, b"in the end, Berlin", 4)
    assert (difference.graph_token, difference.graph_id) == ("berlin", 4068)
    assert (difference.reference_token, difference.reference_id) == ("[UNK]", 100)
    assert [found.text_index for found in differences(tokenizer, cased, texts)] == [600, 601]


def test_a_row_that_ends_early_differs(
    tokenizer: WordpieceTokenizer, changed_folder: Callable[..., pathlib.Path]
) -> None:
    def without_cjk(parts: dict) -> None:
        parts["normalizer"]["handle_chinese_chars"] = False

    other = load_reference(changed_folder(without_cjk))
    difference = first_difference(tokenizer, other, ["a 龘龘".encode()])
    assert difference is not None
    assert (difference.position, difference.graph_token, difference.reference_id) == (2, "[UNK]", None)
    assert "Hugging Face no more token" in str(difference)


def test_checked_form_tells_text_place_and_both_tokens(tokenizer: WordpieceTokenizer, cased: FastTokenizer) -> None:
    with pytest.raises(TextError) as caught:
        check_parity(tokenizer, cased, ["\u4e2d Berlin ".encode() + b"x" * 5000], where="split train")
    message = str(caught.value)
    assert "text 0, token 1: the graph gives 'berlin' (4068), Hugging Face '[UNK]' (100)" in message
    assert r"'\u4e2d Berlin xxx" in message
    assert "split train" in message
    assert len(message) < 500
