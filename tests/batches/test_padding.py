import numpy as np

from bert_tf.batches.padding import padded_inputs


def test_rows_are_padded_masked_and_segmented():
    # A single text, and a pair whose first text with [CLS] and [SEP] has 3 tokens.
    inputs = padded_inputs(
        [np.array([2, 7, 3]), np.array([2, 8, 3, 9, 3])], np.array([3, 3]), padded_length=6, pad_id=1
    )
    assert inputs["input_ids"].tolist() == [[2, 7, 3, 1, 1, 1], [2, 8, 3, 9, 3, 1]]
    assert inputs["attention_mask"].tolist() == [[1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 0]]
    assert inputs["token_type_ids"].tolist() == [[0] * 6, [0, 0, 0, 1, 1, 0]]
    assert {array.dtype for array in inputs.values()} == {np.dtype("int32")}
