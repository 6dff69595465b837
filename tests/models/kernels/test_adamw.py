"""The fused optimizer against Keras, step for step."""

import numpy as np
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.kernels.adamw import FusedAdamW


def train(optimizer: keras.optimizers.Optimizer, *, sparse: bool) -> list[np.ndarray]:
    """Five steps on a table, a kernel and a bias, with gradients of growing size."""
    generator = np.random.default_rng(0)
    variables = [tf.Variable(generator.normal(size=size), dtype=tf.float32) for size in ((9, 4), (4, 3), (3,))]
    optimizer.exclude_from_weight_decay(var_list=variables[2:])
    rows = tf.constant([1, 5, 1, 8])

    @tf.function
    def step(values: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) -> None:
        table = tf.IndexedSlices(values, rows, tf.constant([9, 4]))
        table = table if sparse else tf.convert_to_tensor(table)
        optimizer.apply_gradients(zip([table, kernel, bias], variables, strict=True))

    for scale in range(1, 6):
        step(*(tf.constant(scale * generator.normal(size=size), tf.float32) for size in ((4, 4), (4, 3), (3,))))
    return [variable.numpy() for variable in variables]


def test_same_numbers_as_keras_with_clipping_decay_and_schedule():
    def settings() -> dict[str, object]:
        schedule = keras.optimizers.schedules.PolynomialDecay(0.1, 6)
        return {"learning_rate": schedule, "weight_decay": 0.05, "global_clipnorm": 2.0}

    expected = train(keras.optimizers.AdamW(**settings()), sparse=False)
    for sparse in (False, True):
        for value, reference in zip(train(FusedAdamW(**settings()), sparse=sparse), expected, strict=True):
            np.testing.assert_allclose(value, reference, rtol=2e-5, atol=2e-6)


def test_clipping_of_gradients_that_are_zero_or_not_finite():
    for gradient, expected in (([0.0, 0.0], [1.0, 2.0]), ([float("inf"), 0.0], [float("nan")] * 2)):
        variable = tf.Variable([1.0, 2.0])
        optimizer = FusedAdamW(learning_rate=0.1, weight_decay=0.0, global_clipnorm=1.0)
        optimizer.apply_gradients([(tf.constant(gradient), variable)])
        np.testing.assert_array_equal(variable, expected)
