"""Headers and first rows as people have them; each file is written here with what its first line is."""

import csv
import io
from operator import itemgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.headers import judge_header

TEXTS = [f"a longer text of several words, number {number}" for number in range(12)]
LABELS = ["good", "bad", "mixed"] * 4
ROWS = list(zip(TEXTS, LABELS, strict=True))


def judge(*first, rows=ROWS):
    return judge_header([list(first), *map(list, rows)])


@pytest.mark.parametrize(
    "first, rows",
    [
        (("text", "label"), ROWS),
        (("", "text", "label"), [(str(number), *row) for number, row in enumerate(ROWS)]),
        (("text", "label", "", ""), [(*row, "", "") for row in ROWS]),
        (("text", "label", "note", "note"), [(*row, "x", "y") for row in ROWS]),
        (("What did you like about your order? (open answer)", "How happy are you?"), ROWS),
        (("text", "2023"), ROWS),
        (("0", "1"), ROWS),
        (("answer", "2023"), [(text, str(number % 5)) for number, text in enumerate(TEXTS)]),
        (("text", "good"), ROWS),
        (("mail", "good"), ROWS),
        (("Freitext zur Zufriedenheit", "Note"), [(text, str(number % 5)) for number, text in enumerate(TEXTS)]),
    ],
)
def test_a_header(first, rows):
    assert not judge(*first, rows=rows).is_row


@pytest.mark.parametrize(
    "first, rows",
    [
        (("great film with words of its own", "good"), ROWS),
        (("great film", "good"), [("bad film", "bad"), ("fine", "good"), ("so so", "bad")]),
        (("1", "great film"), [("0", "bad film"), ("1", "a better one")]),
        (("terrible", "0"), [(text, str(number % 2)) for number, text in enumerate(TEXTS)]),
        (("17", "another text of several words", "bad"), [(str(n), *row) for n, row in enumerate(ROWS, start=18)]),
    ],
)
def test_a_first_line_that_is_a_row(first, rows):
    verdict = judge(*first, rows=rows)
    assert verdict.is_row
    assert verdict.reason


@pytest.mark.parametrize("first", [("mail", "good"), ("a new text of several words", "unheard")])
def test_what_is_not_clear_is_a_header_and_told(first):
    verdict = judge(*first)
    assert (verdict.is_row, verdict.is_sure) == (False, False)


def test_a_header_that_comes_again_is_one():
    verdict = judge(
        "text", "label", rows=[*ROWS, ("text", "label"), *[(f"{text} again", label) for text, label in ROWS]]
    )
    assert (verdict.is_row, verdict.is_sure, verdict.reason) == (False, True, "")
    assert judge_header([*ROWS, *ROWS]).is_row


def test_nothing_below_the_first_line_says_nothing():
    assert not judge_header([["text", "label"]]).is_row


WORDS = "the film was good bad long short and or with without music actors story end"
words = st.sampled_from(WORDS.split(" "))
texts = st.lists(words, min_size=4, max_size=15).map(" ".join)


@given(
    st.lists(
        st.tuples(texts, st.sampled_from(["pos", "neg", "neutral"])), min_size=12, max_size=40, unique_by=itemgetter(0)
    ),
    st.sampled_from([("text", "label"), ("review_body", "sentiment"), ("Was denken Sie?", "Urteil"), ("v2", "v1")]),
)
def test_a_table_with_a_header_and_without(rows, names):
    labels = [label for _, label in rows]
    assert not judge_header([list(names), *map(list, rows)]).is_row
    if labels[0] in labels[1:] and len({*labels}) * 2 < len(labels):
        assert judge_header([list(row) for row in rows]).is_row


def test_the_same_from_a_csv_file():
    file = io.StringIO()
    csv.writer(file).writerows(ROWS)
    file.seek(0)
    assert judge_header(list(csv.reader(file))).is_row
