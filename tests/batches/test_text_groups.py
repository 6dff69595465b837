import dataclasses

import numpy as np
import pytest

from bert_tf.batches.dataset import TrainingBatches
from bert_tf.batches.padding import padded_inputs
from bert_tf.batches.text_groups import TextGroups


@dataclasses.dataclass
class Tokens:
    """A token cache in memory."""

    texts_ids: list[list[int]]
    max_tokens: int = 8

    def __len__(self):
        return len(self.texts_ids)

    @property
    def lengths(self):
        return np.array(list(map(len, self.texts_ids)))

    def tokens_in(self, indices):
        return int(self.lengths[indices].sum())

    def ids_in_use(self, *, vocabulary_size, most):
        ids = np.unique([0, *(token for text in self.texts_ids for token in text)])
        return ids if len(ids) <= most else None

    def rows(self, indices, *, padded_length):
        rows = [np.array(self.texts_ids[index]) for index in indices]
        return padded_inputs(rows, self.lengths[indices], padded_length=padded_length, pad_id=0)


OWN = Tokens([[1, 2], [1, 3, 2], [1, 2]])
OTHERS = Tokens([[1, 9, 9, 9, 2], [1, 8, 2], [1, 7, 2], [1, 6, 6, 2]])
GROUPS = TextGroups(OWN, OTHERS, np.array([[0, 2], [1, 3], [0, 3]]))


def test_the_texts_of_a_row_stand_one_behind_the_other():
    inputs = GROUPS.rows(np.array([1, 0]), padded_length=5)
    assert inputs["input_ids"].tolist() == [
        [1, 3, 2, 0, 0], [1, 8, 2, 0, 0], [1, 6, 6, 2, 0],
        [1, 2, 0, 0, 0], [1, 9, 9, 9, 2], [1, 7, 2, 0, 0],
    ]  # fmt: skip
    assert inputs["attention_mask"].sum(1).tolist() == [3, 3, 4, 2, 5, 3]


def test_a_row_is_as_long_as_its_longest_text():
    assert GROUPS.lengths.tolist() == [5, 4, 5]
    assert (len(GROUPS), GROUPS.texts_in(np.arange(2)), GROUPS.max_tokens) == (3, 6, 8)
    assert GROUPS.tokens_in(np.array([0, 2])) == 2 + 5 + 3 + 2 + 5 + 4


def test_ids_of_all_texts_are_in_use():
    assert GROUPS.ids_in_use(vocabulary_size=10, most=9).tolist() == [0, 1, 2, 3, 6, 7, 8, 9]
    assert GROUPS.ids_in_use(vocabulary_size=10, most=7) is None
    assert GROUPS.ids_in_use(vocabulary_size=10, most=3) is None


def test_batches_of_rows_of_several_texts():
    made = TrainingBatches(
        GROUPS, targets=np.arange(6).reshape(3, 2), weights=np.ones(3), batch_size=2, seed=0, epochs=1
    )
    for step in range(2):
        (rows, length), (inputs, targets, weights) = made.shape(step), made.batch(step)
        assert inputs["input_ids"].shape == (3 * rows, length)
        assert (targets.shape, weights.shape) == ((rows, 2), (rows,))
        size = made.size(step)
        assert (size.examples, size.padded_tokens) == (rows, 3 * rows * length)
        assert size.tokens == inputs["attention_mask"].sum()


def test_rows_of_one_right_text_stand_in_different_batches():
    right = np.repeat(np.arange(4), 3)
    own, others = Tokens([[1, 2]] * 12), Tokens([[1, 5, 2]] * 4)
    made = TrainingBatches(
        TextGroups(own, others, right[:, np.newaxis]),
        targets=right[:, np.newaxis], weights=np.ones(12), batch_size=4, seed=1, epochs=3,
    )  # fmt: skip
    for step in range(9):
        assert sorted(made.batch(step)[1][:, 0]) == [0, 1, 2, 3]


@pytest.mark.parametrize("seed", [0, 1])
def test_an_epoch_is_a_function_of_seed_and_number(seed):
    first, again = (
        TrainingBatches(GROUPS, targets=np.zeros((3, 1)), weights=np.ones(3), batch_size=1, seed=seed, epochs=4)
        for _ in range(2)
    )
    for step in (11, 0, 5):
        np.testing.assert_array_equal(first.batch(step)[0]["input_ids"], again.batch(step)[0]["input_ids"])
