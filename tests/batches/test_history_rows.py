import dataclasses

import numpy as np
import pytest

from bert_tf.batches.dataset import TrainingBatches
from bert_tf.batches.history_rows import HistoryRows
from bert_tf.batches.padding import padded_inputs


@dataclasses.dataclass
class Tokens:
    """A token cache in memory."""

    texts: list[list[int]]
    max_tokens: int = 8
    pad_id: int = 0

    def __len__(self):
        return len(self.texts)

    @property
    def lengths(self):
        return np.array(list(map(len, self.texts)))

    def tokens_in(self, indices):
        return int(self.lengths[indices].sum())

    def ids(self, index):
        return np.array(self.texts[index])

    def rows(self, indices, *, padded_length):
        rows = [self.ids(index) for index in indices]
        return padded_inputs(rows, self.lengths[indices], padded_length=padded_length, pad_id=0)


# Text 0 is the empty one.
TOKENS = Tokens([[1, 2], [1, 5, 2], [1, 6, 6, 2], [1, 7, 2], [1, 8, 8, 8, 2]])
ROWS = HistoryRows(TOKENS, np.array([1, 2, 1]), np.array([[3, 0], [3, 1], [4, 0]]))


def test_a_text_that_is_in_several_rows_is_there_once():
    inputs = ROWS.rows(np.array([0, 1]), padded_length=4)
    # Texts 0, 1, 2 and 3; behind them text 0, up to one of the few sizes.
    assert inputs["input_ids"].tolist() == [
        [1, 2, 0, 0], [1, 5, 2, 0], [1, 6, 6, 2], [1, 7, 2, 0], [1, 2, 0, 0], [1, 2, 0, 0],
    ]  # fmt: skip
    assert ROWS.texts_in(np.array([0, 1])) == 6
    assert ROWS.tokens_in(np.array([0, 1])) == 2 + 3 + 4 + 3


def test_a_row_is_as_long_as_its_longest_text():
    assert ROWS.lengths.tolist() == [3, 4, 5]
    assert (len(ROWS), ROWS.max_tokens, ROWS.apart.tolist()) == (3, 8, [1, 2, 1])


def test_ids_of_texts_that_are_in_a_row_are_in_use():
    assert ROWS.ids_in_use(vocabulary_size=10, most=7).tolist() == [0, 1, 2, 5, 6, 7, 8]
    assert ROWS.ids_in_use(vocabulary_size=10, most=6) is None
    # As where a later split has items that train doesn't have.
    more = HistoryRows(Tokens([*TOKENS.texts, [1, 9, 2]]), np.array([1, 2, 1]), np.array([[3, 0], [3, 1], [4, 0]]))
    assert more.ids_in_use(vocabulary_size=10, most=7).tolist() == [0, 1, 2, 5, 6, 7, 8]


@pytest.mark.parametrize("rows", [1, 7, 40])
def test_sizes_are_few(rows):
    random = np.random.default_rng(0)
    texts = Tokens([[1, 2]] * 500)
    made = HistoryRows(texts, random.integers(1, 500, 200), random.integers(0, 500, (200, 9)))
    sizes = {made.texts_in(random.permutation(200)[:rows]) for _ in range(50)}
    assert len(sizes) <= 3
    assert all(size >= len(np.unique(made._numbers[:rows])) for size in sizes) or rows == 1


def test_work_of_a_step_is_that_of_different_texts():
    batches = TrainingBatches(
        ROWS, targets=np.zeros((3, 4), np.int32), weights=np.ones(3), batch_size=3, seed=1, epochs=1
    )
    size = batches.size(0)
    assert (size.examples, size.tokens, size.padded_tokens) == (3, 2 + 3 + 4 + 3 + 5, 6 * 8)
