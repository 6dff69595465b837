"""Occlusion of models whose answers are known by hand."""

import numpy as np
import pytest

from bert_tf.playground.occlusion import occlude

WEIGHTS = {"good": 1.5, "bad": -2.0, "very": 0.5}


def additive(rows):
    """The sum of its words' weights."""
    return np.array([sum(WEIGHTS.get(word, 0) for text in texts for word in text.lower().split()) for texts in rows])


def test_a_word_scores_what_it_adds():
    (scored,), size = occlude(("Very good  film bad ",), additive, most_words=50)
    assert size == 1
    assert [text for text, _ in scored] == ["Very", " ", "good", "  ", "film", " ", "bad", " "]
    assert [score for _, score in scored] == pytest.approx([0.5, 0, 1.5, 0, 0, 0, -2, 0])
    (against,), _ = occlude(("Very good",), lambda rows: -additive(rows), most_words=50)
    assert [score for _, score in against] == pytest.approx([-0.5, 0, -1.5])


def test_both_texts_of_a_pair():
    (first, second), _ = occlude(("good", "bad film"), additive, most_words=50)
    assert [score for _, score in first] == pytest.approx([1.5])
    assert [score for _, score in second] == pytest.approx([-2, 0, 0])


def test_words_beyond_the_model_are_left_alone():
    asked = []

    def noted(rows):
        asked.extend(rows)
        return additive(rows)

    (scored,), _ = occlude(("one good three four",), noted, most_words=2)
    assert scored == [("one", 0.0), (" ", 0.0), ("good", pytest.approx(1.5))]
    assert asked == [("one good three four",), (" good three four",), ("one  three four",)]


def test_a_long_text_in_groups():
    (scored,), size = occlude((" ".join(["good"] * 300),), additive, most_words=300)
    # 8192 words that are read allow 27 texts of 300 words, so 12 words at a time.
    assert size == 12
    assert len(scored) == 599
    (scored,), _ = occlude(("good " * 3 + "film " * 297,), additive, most_words=300)
    assert [score for text, score in scored if text == "good"] == pytest.approx([4.5 / 12] * 3)


def test_no_words():
    assert occlude((" \n",), additive, most_words=9) == ([[(" \n", 0.0)]], 1)
    assert occlude(("",), additive, most_words=9) == ([[]], 1)
