import numpy as np
import tensorflow as tf
import tf_keras as keras

from bert_tf.evaluation.predict import Predictor


class Sums(keras.Model):
    """The sum of a row's ids as its logit; adds 1000 when it believes it is training."""

    def call(self, inputs, training=False):
        sums = tf.reduce_sum(inputs["input_ids"] * inputs["attention_mask"], 1, keepdims=True)
        return tf.cast(sums, tf.float32) + (1000.0 if training else 0.0)


def test_logits_come_back_in_the_order_of_the_rows():
    def inputs(rows):
        ids = tf.constant(rows)
        return {"input_ids": ids, "attention_mask": tf.ones_like(ids), "token_type_ids": tf.zeros_like(ids)}

    batches = [inputs([[7], [5]]), inputs([[1, 2, 3]])]
    dataset = tf.data.Dataset.from_generator(
        lambda: iter(batches),
        output_signature={name: tf.TensorSpec([None, None], tf.int32) for name in batches[0]},
    )
    logits = Predictor(Sums())(dataset, np.array([2, 0, 1]))
    assert logits.tolist() == [[5.0], [6.0], [7.0]]
