"""Random texts: repeatable and varied."""

import unicodedata

from bert_tf.text.fuzz import fuzz_texts


def test_is_a_function_of_the_seed() -> None:
    texts = list(fuzz_texts(50, seed=3))
    assert texts == list(fuzz_texts(50, seed=3))
    assert texts != list(fuzz_texts(50, seed=4))


def test_is_varied() -> None:
    texts = list(fuzz_texts(2000, seed=0))
    decoded = "".join(text.decode("utf-8", "replace") for text in texts)
    assert 300 < sum(text.isascii() for text in texts) < 800
    assert len({unicodedata.category(character) for character in decoded}) >= 28
    assert len({ord(character) >> 7 for character in decoded}) > 500
    assert all(piece in decoded for piece in ("[SEP]", "\0", "\ufffd", "👍🏽", "é" * 101))
