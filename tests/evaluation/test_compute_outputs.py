import numpy as np
import pytest
import tensorflow as tf

from bert_tf.evaluation.compute_outputs import Predictor, in_order


def sums(inputs):
    """The sum of a row's ids, and the number of its tokens."""
    total = tf.cast(tf.reduce_sum(inputs["input_ids"] * inputs["attention_mask"], 1, keepdims=True), tf.float32)
    return {"sum": total, "tokens": tf.reduce_sum(inputs["attention_mask"], 1)}


def test_outputs_come_back_in_the_order_of_the_rows():
    def inputs(rows):
        ids = tf.constant(rows)
        return {"input_ids": ids, "attention_mask": tf.ones_like(ids), "token_type_ids": tf.zeros_like(ids)}

    batches = [inputs([[7], [5]]), inputs([[1, 2, 3]])]
    dataset = tf.data.Dataset.from_generator(
        lambda: iter(batches),
        output_signature={name: tf.TensorSpec([None, None], tf.int32) for name in batches[0]},
    )
    outputs = Predictor(sums)(dataset, np.array([2, 0, 1]))
    assert {name: values.tolist() for name, values in outputs.items()} == {
        "sum": [[5.0], [6.0], [7.0]],
        "tokens": [1, 3, 1],
    }


def test_batches_are_put_in_order_output_by_output():
    batches = [
        {"a": np.array([1, 2]), "b": np.array([[1.0, 10.0], [2.0, 20.0]])},
        {"a": np.array([3]), "b": np.ones((1, 2))},
    ]
    found = in_order(batches, np.array([1, 2, 0]))
    assert found["a"].tolist() == [3, 1, 2]
    assert found["b"].tolist() == [[1.0, 1.0], [1.0, 10.0], [2.0, 20.0]]


def test_many_batches_come_back_in_order_and_a_failure_comes_out():
    ids = [tf.constant([[row]]) for row in range(50)]
    batches = [{"input_ids": row, "attention_mask": tf.ones_like(row), "token_type_ids": row} for row in ids]
    assert Predictor(sums)(batches, np.arange(50))["sum"][:, 0].tolist() == list(range(50))
    batches[30] = {**batches[30], "attention_mask": tf.ones([3, 1], tf.int32) * tf.zeros([1, 7], tf.int32)}
    with pytest.raises(tf.errors.InvalidArgumentError):
        Predictor(lambda inputs: {"mask": tf.reshape(inputs["attention_mask"], [1, 1])})(batches, np.arange(50))
