import platform

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.training.precision import matmuls_in


# The rewrite is made on any CPU of them, whether or not it has instructions for bfloat16.
@pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="its TensorFlow has no oneDNN"
)
def test_bfloat16_only_while_it_is_open():
    generator = np.random.default_rng(0)
    a, b = (tf.constant(generator.normal(size=(256, 256)), tf.float32) for _ in range(2))
    exact = a.numpy().astype("float64") @ b.numpy().astype("float64")

    def error():
        return np.abs(tf.function(lambda x, y: tf.matmul(x, y))(a, b).numpy() - exact).max()

    with matmuls_in("bfloat16"):
        inside = error()
    assert error() < 1e-4 < inside


@pytest.mark.parametrize(
    "precision, options",
    [
        ("float32", {}),
        ("bfloat16", {"auto_mixed_precision_onednn_bfloat16": True}),
        ("float16", {"auto_mixed_precision": True}),
    ],
)
def test_rewrites_that_are_on(precision, options):
    def on():
        return {name: value for name, value in tf.config.optimizer.get_experimental_options().items() if value}

    before = on()
    with matmuls_in(precision):
        assert on() == before | options
    assert on() == before
