import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
import tensorflow as tf
from tag_numbers import numbers, ragged

from bert_tf.tasks.tag.joined_words import begun_behind, begun_where_they_may, joining_marks

TYPES = ("LOC", "PER")


def kept(tags, joined, marks="@."):
    """Of words by what they are joined to: a blank, or a character."""
    joined_to = [0 if mark == " " else ord(mark) for mark in joined]
    found = begun_where_they_may(tf.constant([numbers(tags.split())]), tf.constant([joined_to]), marks)
    names = ["O", *(f"{letter}-{name}" for name in TYPES for letter in "BI")]
    return " ".join(names[tag] for tag in found[0])


@pytest.mark.parametrize(
    ("tags", "joined", "expected"),
    [
        ("O B-PER O", " @ ", "O O O"),
        ("O B-PER O", " ( ", "O B-PER O"),
        # It goes on behind a mark, and is none if it goes on behind marks only.
        ("B-PER I-PER I-PER", " @.", "B-PER I-PER I-PER"),
        ("O B-PER I-PER I-PER", " @a.", "O O B-PER I-PER"),
        ("O B-PER I-PER I-PER", " @..", "O O O O"),
        # What the rest begins at is where it may.
        ("O B-PER I-PER", " @ ", "O O B-PER"),
        # Another type, or another entity, is no rest of one.
        ("B-PER I-LOC B-LOC I-LOC", " @  ", "B-PER O B-LOC I-LOC"),
        ("B-LOC B-LOC", " @", "B-LOC O"),
        # A tag that goes on with nothing begins.
        ("O I-PER I-PER", " @ ", "O O B-PER"),
        ("O O", " @", "O O"),
    ],
)
def test_entities_begin_where_they_may(tags, joined, expected):
    assert kept(tags, joined) == expected


def test_texts_have_nothing_to_do_with_each_other():
    tags = tf.constant([numbers(["B-PER", "I-PER"]), numbers(["I-PER", "I-PER"]), [0, 0]])
    joined_to = tf.constant([[0, 0], [ord("@"), ord("@")], [0, 0]])
    assert begun_where_they_may(tags, joined_to, "@").numpy().tolist() == [[3, 4], [0, 0], [0, 0]]
    assert begun_where_they_may(tags[:, :0], joined_to[:, :0], "@").shape == (3, 0)


@hypothesis.given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("@( ")), min_size=1, max_size=12))
def test_it_is_what_one_word_after_the_other_comes_to(words):
    found, type_before, own_before, has_begun = [], -1, 0, False
    for tag, mark in words:
        kind = (tag - 1) // 2
        goes_on = tag > 0 and tag % 2 == 0 and kind == type_before
        has_begun = has_begun and goes_on
        own_before = 0 if tag == 0 else (2 * kind + 2 if has_begun and tag % 2 == 0 else 2 * kind + 1)
        if tag and not has_begun and mark == "@":
            own_before = 0
        has_begun, type_before = own_before > 0, kind
        found.append(own_before)
    tags, joined = zip(*words, strict=True)
    joined_to = [0 if mark == " " else ord(mark) for mark in joined]
    assert begun_where_they_may(tf.constant([tags]), tf.constant([joined_to]), "@").numpy().tolist() == [found]


def test_marks_that_entities_begin_behind_are_those_of_one_word_in_a_hundred():
    joined_to = np.array([ord(mark) for mark in "#" * 100 + "@" * 101 + "("] + [0])
    begins = np.zeros(len(joined_to), int)
    begins[[0, 100, 201, 202]] = 1
    begins[101] = 4  # goes on
    begun = begun_behind(ragged([begins.tolist()]), ragged([joined_to.tolist()]))
    assert sorted(map(chr, begun)) == ["#", "("]
    marks = joining_marks(begun)
    assert "#" not in marks
    assert {"@", "/", "＠", "＃"} <= set(marks)
    assert not set("([\"'，,;:!?") & set(marks)


def test_without_joined_words_no_mark_is_begun_behind():
    assert begun_behind(ragged([[1, 0]]), ragged([[0, 0]])).size == 0
