"""What pieces are looked up in, against what tensorflow_text builds of a vocabulary itself."""

import pytest
import tensorflow as tf
from tensorflow_text import FastWordpieceTokenizer

from bert_tf.text.piece_lookup import piece_lookup

VOCABULARY = ("[UNK]", "un", "##do", None, "##", "do", "a\x7f")


def lookup(**changes):
    return piece_lookup(
        **{"vocabulary": VOCABULARY, "unknown_token": "[UNK]", "max_bytes_per_word": 8, "of_texts": True, **changes}
    )


@pytest.mark.parametrize("of_texts", [True, False])
def test_pieces_are_those_of_the_vocabulary(of_texts):
    held = [f"[no token {place}]" if token in (None, "##") else token for place, token in enumerate(VOCABULARY)]
    if of_texts:
        held[-1] = "[no token 6]"
    settings = {"token_out_type": tf.int32, "unknown_token": "[UNK]", "max_bytes_per_word": 8}
    expected = FastWordpieceTokenizer(held, no_pretokenization=not of_texts, **settings)
    found = FastWordpieceTokenizer(token_out_type=tf.int32, model_buffer=tf.constant(lookup(of_texts=of_texts)))
    texts = ["undo do", "undo", "dodododododo", "a\x7f", "##", ""]
    assert found.tokenize(texts).to_list() == expected.tokenize(texts).to_list()
    assert found.tokenize(["undo"]).to_list() == [[1, 2]]


def test_the_same_vocabulary_is_built_once():
    assert lookup() is lookup()
    others = [{"max_bytes_per_word": 9}, {"of_texts": False}, {"vocabulary": (*VOCABULARY, "other")}]
    assert all(lookup(**changes) is not lookup() for changes in others)
