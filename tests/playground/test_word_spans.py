import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.playground.word_spans import split_words


@pytest.mark.parametrize(
    "text, words",
    [
        ("Don't say 'Café-goers'!", ["Don't", "say", "'", "Café", "-", "goers", "'", "!"]),
        ("Straße 3.5 Cafe\u0301s", ["Straße", "3", ".", "5", "Cafe\u0301s"]),
        ("我爱TensorFlow。", ["我", "爱", "TensorFlow", "。"]),
        ("হিন্দি हिन्दी", ["হিন্দি", "हिन्दी"]),
        (" \n\t\u200b", []),
        ("", []),
    ],
)
def test_by_hand(text, words):
    assert [piece.text for piece in split_words(text) if piece.is_word] == words


@given(st.text())
def test_pieces_are_the_text(text):
    pieces = split_words(text)
    assert "".join(piece.text for piece in pieces) == text
    # Two gaps never stand side by side.
    assert not any(not one.is_word and not other.is_word for one, other in itertools.pairwise(pieces))
