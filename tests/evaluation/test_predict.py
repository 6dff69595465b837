import numpy as np
import tensorflow as tf

from bert_tf.evaluation.predict import Predictor


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
