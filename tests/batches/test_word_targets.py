import numpy as np

from bert_tf.batches.word_targets import ExpectedWords, word_targets
from bert_tf.ragged_rows import RaggedRows


class Tokens:
    """Rows of ids in memory."""

    rows = ([0, 5, 9, 6, 1], [0, 1], [0, 7, 9, 9, 1])
    lengths = np.array([5, 2, 5])

    def ids(self, row):
        return np.array(self.rows[row])


def test_the_first_token_of_a_word_has_what_is_expected_of_it():
    begins = np.isin(np.arange(10), [5, 6, 7])
    # The last text has two words that were cut off.
    expected = RaggedRows.of_lengths(np.array([3, 0, 2, 1, 4]), np.array([2, 0, 3]))
    found = word_targets(Tokens(), expected, begins_word=begins)
    assert [row.tolist() for row in found] == [[-1, 3, -2, 0, -1], [-1, -1], [-1, 2, -2, -2, -1]]
    assert found.dtype == np.int32


def test_no_token_of_a_word_that_is_not_learned_from_teaches():
    begins = np.isin(np.arange(10), [5, 6, 7])
    expected = RaggedRows.of_lengths(np.array([-1, 0, -1]), np.array([2, 0, 1]))
    found = word_targets(Tokens(), expected, begins_word=begins)
    assert [row.tolist() for row in found] == [[-1, -1, -1, 0, -1], [-1, -1], [-1, -1, -1, -1, -1]]


def test_expected_words_of_some_texts():
    words = [RaggedRows.of_lengths(np.arange(start, start + 3), np.array([2, 1])) for start in (0, 10, 20)]
    found = ExpectedWords(*words).of(np.array([1, 0]))
    fields = (found.targets, found.learned, found.joined_to)
    assert [[row.tolist() for row in each] for each in fields] == [[[2], [0, 1]], [[12], [10, 11]], [[22], [20, 21]]]
