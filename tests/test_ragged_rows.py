import numpy as np
import pytest

from bert_tf.ragged_rows import RaggedRows, concatenated

ROWS = RaggedRows.of_lengths(np.arange(12).reshape(6, 2), np.array([2, 0, 3, 1]))


def plain(rows):
    return [row.tolist() for row in rows]


def test_rows_are_what_they_were_made_of():
    assert plain(ROWS) == [[[0, 1], [2, 3]], [], [[4, 5], [6, 7], [8, 9]], [[10, 11]]]
    assert (len(ROWS), ROWS.shape, ROWS.dtype) == (4, (4, None, 2), np.arange(1).dtype)
    assert ROWS.row_of.tolist() == [0, 0, 2, 2, 2, 3]
    assert ROWS[-1].tolist() == ROWS[np.int64(3)].tolist() == [[10, 11]]
    with pytest.raises(IndexError):
        ROWS[4]


@pytest.mark.parametrize(
    "chosen",
    [slice(1, 3), slice(0), slice(None, None, -1), np.array([3, 0, 0]), np.array([False, True, True, False])],
    ids=["part", "nothing", "backwards", "indices", "mask"],
)
def test_rows_are_taken_as_those_of_an_array(chosen):
    numbers = np.arange(4)[chosen]
    assert plain(ROWS[chosen]) == [plain(ROWS)[number] for number in numbers]


def test_the_first_values_of_rows():
    assert plain(ROWS.heads(np.array([1, 5, 2, 0]))) == [[[0, 1]], [], [[4, 5], [6, 7]], []]


def test_padded_to_the_longest_or_to_a_length():
    rows = RaggedRows.of_lengths(np.array([7, 8, 9]), np.array([1, 0, 2]))
    assert rows.padded().tolist() == [[7, 0], [0, 0], [8, 9]]
    assert rows.padded(3, fill=-1).tolist() == [[7, -1, -1], [-1, -1, -1], [8, 9, -1]]
    assert rows[slice(0)].padded().shape == (0, 0)


def test_parts_stand_one_behind_the_other():
    assert plain(concatenated([ROWS[slice(0, 1)], ROWS[slice(1, 4)]])) == plain(ROWS)
    assert concatenated([np.array([1]), np.array([2, 3])]).tolist() == [1, 2, 3]
    padded = concatenated([np.array([[1, 2]]), np.array([[3]]), np.zeros((1, 0), int)])
    assert padded.tolist() == [[1, 2], [3, 0], [0, 0]]
    names = concatenated([np.array([[b"a"]], object), np.array([[b"b", b"c"]], object)])
    assert names.tolist() == [[b"a", b""], [b"b", b"c"]]
