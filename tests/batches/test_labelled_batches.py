import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.batches.labelled_batches import LabelledBatches, sampled_rows


@st.composite
def label_tables(draw):
    """Which of N rows has which of C labels; one, several or none."""
    rows, labels = draw(st.integers(1, 30)), draw(st.integers(1, 6))
    cells = draw(st.lists(st.booleans(), min_size=rows * labels, max_size=rows * labels))
    return np.array(cells).reshape(rows, labels)


@given(label_tables(), st.integers(1, 40), st.integers(0, 9), st.integers(0, 9))
def test_rows_differ_and_are_as_many_as_asked_for(has_label, rows, seed, step):
    found = sampled_rows(has_label, rows=rows, seed=seed, step=step)
    assert len(found) == len(set(found.tolist())) == min(rows, len(has_label))
    assert found.tolist() == sampled_rows(has_label, rows=rows, seed=seed, step=step).tolist()


@given(st.integers(2, 8), st.integers(2, 6), st.integers(0, 99))
def test_labels_come_by_twos_and_in_turn(labels, texts, step):
    label = np.repeat(np.arange(labels), texts)
    has_label = label[:, np.newaxis] == np.arange(labels)
    for rows in range(2, 2 * labels + 1, 2):
        counts = np.bincount(label[sampled_rows(has_label, rows=rows, seed=1, step=step)])
        assert set(counts[counts > 0]) == {2}
        assert (counts > 0).sum() == rows // 2


def test_a_row_of_two_labels_counts_for_the_rarer_one():
    # Label 1 is of rows 4 and 5 only, which have label 0 as well.
    has_label = np.array([[1, 0], [1, 0], [1, 0], [1, 0], [1, 1], [1, 1]], bool)
    for step in range(20):
        assert has_label[sampled_rows(has_label, rows=4, seed=0, step=step)].sum(0).tolist() == [4, 2]


def test_other_steps_have_other_rows():
    has_label = np.arange(40)[:, np.newaxis] % 4 == np.arange(4)
    first, second = (set(sampled_rows(has_label, rows=8, seed=1, step=step).tolist()) for step in (0, 1))
    assert first != second


class Tokens:
    """Rows of 5 to 9 tokens, cut at 16."""

    lengths = np.array([5, 9, 6, 7])
    max_tokens = 16

    def __len__(self) -> int:
        return 4

    def rows(self, indices, *, padded_length):
        return {"input_ids": np.tile(indices[:, np.newaxis], padded_length)}


def test_batches_have_one_shape_and_the_labels_of_their_rows():
    has_label = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], bool)
    batches = LabelledBatches(Tokens(), has_label, batch_size=8, seed=1)
    assert (batches.batch_size, batches.pairs) == (4, 6)
    found = list(batches.batches(3))
    assert len(found) == 3
    for inputs, expected in found:
        # Of the lengths 8 and 16 that a batch may have, the longest row needs 16.
        assert inputs["input_ids"].shape == (4, 16)
        assert expected.tolist() == has_label[inputs["input_ids"][:, 0]].tolist()
