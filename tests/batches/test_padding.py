import numpy as np

from bert_tf.batches.padding import padded_inputs
from bert_tf.ragged_rows import RaggedRows


def test_rows_are_padded_masked_and_segmented():
    # A single text, and a pair whose first text with [CLS] and [SEP] has 3 tokens.
    inputs = padded_inputs(
        [np.array([2, 7, 3]), np.array([2, 8, 3, 9, 3])], np.array([3, 3]), padded_length=6, pad_id=1
    )
    assert inputs["input_ids"].tolist() == [[2, 7, 3, 1, 1, 1], [2, 8, 3, 9, 3, 1]]
    assert inputs["attention_mask"].tolist() == [[1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 0]]
    assert inputs["token_type_ids"].tolist() == [[0] * 6, [0, 0, 0, 1, 1, 0]]
    assert {array.dtype for array in inputs.values()} == {np.dtype("int32")}


def test_rows_one_behind_the_other_are_those_of_a_list():
    rows = [np.array([2, 7, 3], np.uint16), np.array([2, 3], np.uint16)]
    ragged = RaggedRows.of_lengths(np.concatenate(rows), np.array([3, 2]))
    settings = {"first_lengths": np.array([3, 2]), "padded_length": 4, "pad_id": 1}
    for name, values in padded_inputs(rows, **settings).items():
        np.testing.assert_array_equal(padded_inputs(ragged, **settings)[name], values)
        assert values.dtype == np.int32


def test_no_rows():
    inputs = padded_inputs([], np.zeros(0, np.int32), padded_length=4, pad_id=1)
    assert {values.shape for values in inputs.values()} == {(0, 4)}
