"""Where tokens come from, against Hugging Face's offset mapping."""

import unicodedata

import tensorflow as tf
from transformers import PreTrainedTokenizerFast

from bert_tf.text.tokenizer import WordpieceTokenizer


def changes_places(text: str) -> bool:
    """Whether canonical order moves any combining mark of a text."""
    return "".join(unicodedata.normalize("NFD", character) for character in text) != unicodedata.normalize("NFD", text)


def test_offsets_are_those_of_hugging_face(
    tokenizer: WordpieceTokenizer, reference: PreTrainedTokenizerFast, real_texts: list[bytes]
) -> None:
    # Marks that change places are counted at their old place here, at their new one there.
    texts = [text for text in real_texts if not changes_places(text.decode("utf-8", "replace"))]
    assert len(texts) > 1500
    expected = reference(
        [text.decode("utf-8", "replace") for text in texts], add_special_tokens=False, return_offsets_mapping=True
    )
    ids, starts, ends = (tensor.to_list() for tensor in tokenizer.tokenize_with_offsets(tf.constant(texts)))
    assert ids == expected["input_ids"]
    for text, text_starts, text_ends, spans in zip(texts, starts, ends, expected["offset_mapping"], strict=True):
        assert list(zip(text_starts, text_ends, strict=True)) == spans, ascii(text)


def test_offsets_by_hand(tokenizer: WordpieceTokenizer) -> None:
    ids, starts, ends = tokenizer.tokenize_with_offsets(tf.constant(["Ça, 中!".encode(), b"", b"x" * 101]))
    assert [list(zip(*row, strict=True)) for row in zip(starts.to_list(), ends.to_list(), strict=True)] == [
        [(0, 2), (2, 3), (4, 5), (5, 6)],
        [],
        [(0, 101)],
    ]
    assert ids.to_list()[2] == [100]
