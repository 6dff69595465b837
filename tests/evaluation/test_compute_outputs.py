import numpy as np
import pytest
import tensorflow as tf

from bert_tf.evaluation.compute_outputs import Predictor


def sums(inputs):
    """The sum of a row's ids as its logit."""
    return tf.cast(tf.reduce_sum(inputs["input_ids"] * inputs["attention_mask"], 1, keepdims=True), tf.float32)


def test_logits_come_back_in_the_order_of_the_rows():
    def inputs(rows):
        ids = tf.constant(rows)
        return {"input_ids": ids, "attention_mask": tf.ones_like(ids), "token_type_ids": tf.zeros_like(ids)}

    batches = [inputs([[7], [5]]), inputs([[1, 2, 3]])]
    dataset = tf.data.Dataset.from_generator(
        lambda: iter(batches),
        output_signature={name: tf.TensorSpec([None, None], tf.int32) for name in batches[0]},
    )
    logits = Predictor(sums)(dataset, np.array([2, 0, 1]))
    assert logits.tolist() == [[5.0], [6.0], [7.0]]


def test_many_batches_come_back_in_order_and_a_failure_comes_out():
    ids = [tf.constant([[row]]) for row in range(50)]
    batches = [{"input_ids": row, "attention_mask": tf.ones_like(row), "token_type_ids": row} for row in ids]
    assert Predictor(sums)(batches, np.arange(50))[:, 0].tolist() == list(range(50))
    batches[30] = {**batches[30], "attention_mask": tf.ones([3, 1], tf.int32) * tf.zeros([1, 7], tf.int32)}
    with pytest.raises(tf.errors.InvalidArgumentError):
        Predictor(lambda inputs: sums(inputs) + tf.cast(tf.reshape(inputs["attention_mask"], [1, 1]), tf.float32))(
            batches, np.arange(50)
        )
