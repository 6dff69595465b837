import numpy as np
import pytest
import tensorflow as tf

from bert_tf.ragged_rows import RaggedRows
from bert_tf.text.window_words import is_taken, taken_tokens, taken_words, words_of_texts
from bert_tf.text.windows import Windows

WINDOWS = Windows(max_tokens=10, overlap=3, most=4)
EVERY = np.ones(1000, bool)
EVERY[:2] = False


def split(lengths, windows=WINDOWS):
    """Windows of texts whose tokens are 2, 3, 4 …, each text by itself; and the text of each."""
    rows, text_of = [], []
    for text, length in enumerate(lengths):
        found = windows.split(np.concatenate([[0], 2 + np.arange(min(length, windows.covered)), [1]]))
        rows += found
        text_of += [text] * len(found)
    return rows, np.array(text_of)


@pytest.mark.parametrize("overlap", [0, 1, 2, 3, 6])
def test_each_token_is_taken_once_and_in_order(overlap):
    windows = Windows(max_tokens=10, overlap=overlap, most=40)
    lengths = [0, 1, 8, 9, 10, 11, 12, 13, 21, 40]
    rows, text_of = split(lengths, windows)
    taken = taken_words(windows, rows, text_of, begins_word=EVERY)
    of_windows = RaggedRows.of_lengths(np.concatenate([row[1:-1] for row in rows]), taken.lengths)
    found = words_of_texts(of_windows, taken, text_of, texts=len(lengths))
    assert [row.tolist() for row in found] == [list(range(2, 2 + length)) for length in lengths]


def test_a_token_is_taken_where_it_has_most_text_around_it():
    rows, text_of = split([40], Windows(max_tokens=12, overlap=4, most=9))
    taken = taken_words(Windows(max_tokens=12, overlap=4, most=9), rows, text_of, begins_word=EVERY)
    around = {}
    for number, row in enumerate(rows):
        for place, token in enumerate(row[1:-1].tolist()):
            around.setdefault(token, {})[number] = min(place, len(row) - 3 - place)
    for number, (row, chosen) in enumerate(zip(rows, taken, strict=True)):
        for token in row[1:-1][chosen].tolist():
            assert around[token][number] == max(around[token].values())


def test_words_are_taken_by_their_first_tokens():
    rows, text_of = split([13])  # tokens 2 to 14 in windows of 8 and 8, which share 3
    begins = np.isin(np.arange(1000), [2, 5, 8, 9, 13])
    assert [row.tolist() for row in taken_words(WINDOWS, rows, text_of, begins_word=begins)] == [
        [True, True, False, False], [True, True, True],
    ]  # fmt: skip
    taken = taken_tokens(WINDOWS, text_of)
    assert (taken.first.tolist(), taken.behind.tolist()) == ([0, 1], [6, 8])


@pytest.mark.parametrize("lengths", [[0, 30, 8, 9], [5], []])
def test_the_graph_takes_the_same(lengths):
    rows, text_of = split(lengths)
    longest = max((len(row) for row in rows), default=2)
    found = is_taken(WINDOWS, tf.constant(text_of, tf.int64), tf.constant(longest)).numpy()
    expected = taken_words(WINDOWS, rows, text_of, begins_word=EVERY)
    assert found.shape == (len(rows), longest)
    for row, taken, wanted in zip(rows, found, expected, strict=True):
        assert taken[1 : len(row) - 1].tolist() == wanted.tolist()
