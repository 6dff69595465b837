"""Steps of AdamW against arithmetic by hand."""

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.models.encoder import make_encoder
from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.training.optimizer import adamw


def optimizer(**changes):
    settings = {
        "learning_rate": 0.1, "schedule": "constant", "warmup": 0.0, "total_steps": 10, "weight_decay": 0.5,
        "clip_norm": 0.0,
    }  # fmt: skip
    return adamw(**(settings | changes))


def step(made, variable, gradient):
    made.apply_gradients([(tf.constant(gradient), variable)])
    return variable.numpy()


@pytest.mark.parametrize("name, decayed", [("dense/kernel", True), ("dense/bias", False), ("LayerNorm/gamma", False)])
def test_first_step(name, decayed):
    # Adam's first step moves by the learning rate against the gradient's sign; decay takes 0.1 · 0.5 of the weight.
    variable = tf.Variable([4.0, -4.0], name=name)
    kept = 0.95 if decayed else 1.0
    np.testing.assert_allclose(step(optimizer(), variable, [1.0, 3.0]), [4 * kept - 0.1, -4 * kept - 0.1], rtol=1e-5)


@pytest.mark.parametrize("values", [{}, {"family": "mpnet", "relative_buckets": 8}], ids=["bert", "mpnet"])
def test_of_an_encoder_the_matrices_decay(values):
    sizes = {"vocabulary_size": 9, "hidden_size": 4, "layers": 1, "heads": 2, "inner_size": 6, "positions": 8}
    weights = make_encoder(EncoderConfig(**sizes, **values)).weights
    made = optimizer()
    made.build(weights)
    decayed = [weight.name for weight in weights if made._use_weight_decay(weight)]
    matrices = [weight.name for weight in weights if weight.shape.rank == 2 and "relative" not in weight.name]
    assert decayed == matrices
    assert len(matrices) == 3 + 6 + 1


def test_two_steps_by_hand():
    variable = tf.Variable([1.0], name="kernel")
    made = optimizer(weight_decay=0.0)
    weight, first, second = 1.0, 0.0, 0.0
    for count, gradient in enumerate((2.0, -1.0), start=1):
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        weight -= 0.1 * (first / (1 - 0.9**count)) / ((second / (1 - 0.999**count)) ** 0.5 + 1e-8)
        found = step(made, variable, [gradient])
    np.testing.assert_allclose(found, [weight], rtol=1e-5)


def test_clipping_is_by_the_norm_of_all_gradients():
    one, other = tf.Variable([0.0], name="a"), tf.Variable([0.0], name="b")
    made = optimizer(weight_decay=0.0, clip_norm=1.0)
    made.apply_gradients([(tf.constant([30.0]), one), (tf.constant([40.0]), other)])
    # Clipped to 0.6 and 0.8; what Adam remembers of a first gradient is a tenth of it.
    moments = {variable.name[-3:]: float(variable[0]) for variable in made.variables if "/m/" in variable.name}
    assert moments == {"a:0": pytest.approx(0.06), "b:0": pytest.approx(0.08)}


def test_warm_up_is_a_share_of_all_steps_rounded_up():
    made = optimizer(warmup=0.25, total_steps=10)
    assert made._learning_rate.warmup_steps == 3
    assert float(made.learning_rate) == 0.0


def test_a_scaled_loss_moves_the_same():
    variable = tf.Variable([4.0, -4.0], name="dense/kernel")
    made = optimizer(scale_loss=True)
    with tf.GradientTape() as tape:
        loss = made.get_scaled_loss(variable[0] + 3.0 * variable[1])
    scaled = tape.gradient(loss, [variable])
    np.testing.assert_allclose(scaled[0], [2.0**15, 3 * 2.0**15])
    made.apply_gradients(zip(made.get_unscaled_gradients(scaled), [variable], strict=True))
    np.testing.assert_allclose(variable, [4 * 0.95 - 0.1, -4 * 0.95 - 0.1], rtol=1e-5)
    assert float(made.learning_rate) == pytest.approx(0.1)
