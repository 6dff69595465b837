import numpy as np
import pytest
import tensorflow as tf

from bert_tf.errors import RecipeError
from bert_tf.tasks.regress.network import RegressNetwork

# Prices around 200, give or take 50.
NETWORK = RegressNetwork(200.0, 50.0)


def loss(name: str, expected: list[float], values: list[float], **settings: float) -> np.ndarray:
    network = RegressNetwork(200.0, 50.0, name, **settings)
    return network.loss(tf.constant(expected), {"value": tf.constant(values)}).numpy()


def test_what_the_head_says_in_deviations_comes_out_in_the_unit_of_the_label():
    values = NETWORK.outputs(tf.constant([[0.0], [1.0], [-2.5]]))["value"]
    np.testing.assert_allclose(values, [200, 250, 75])


def test_losses_are_of_errors_in_standard_deviations():
    # Errors of 25, -100 and 0 are 0.5, -2 and 0 deviations.
    expected, values = [200.0, 300.0, 150.0], [225.0, 200.0, 150.0]
    np.testing.assert_allclose(loss("mse", expected, values), [0.25, 4, 0])
    np.testing.assert_allclose(loss("mae", expected, values), [0.5, 2, 0])
    np.testing.assert_allclose(loss("huber", expected, values), [0.125, 1.5, 0])
    np.testing.assert_allclose(loss("huber", expected, values, huber_delta=0.25), [0.25 * 0.375, 0.25 * 1.875, 0])


@pytest.mark.parametrize("delta", [0.5, 1.0, 2.0])
def test_huber_is_that_of_keras(delta):
    errors = np.linspace(-4, 4, 33).astype(np.float32)
    found = RegressNetwork(0.0, 1.0, "huber", delta).loss(tf.zeros(33), {"value": tf.constant(errors)})
    keras_own = [tf.keras.losses.huber([0.0], [error], delta=delta) for error in errors]
    np.testing.assert_allclose(found, keras_own, rtol=1e-5)


def test_the_loss_does_not_depend_on_the_unit():
    random = np.random.default_rng(0)
    expected, values = random.normal(size=(2, 20)).astype(np.float32)
    for name in ("mse", "huber", "mae"):
        in_metres = RegressNetwork(0.5, 2.0, name).loss(tf.constant(expected), {"value": tf.constant(values)})
        in_centimetres = RegressNetwork(50.0, 200.0, name).loss(
            tf.constant(100 * expected), {"value": tf.constant(100 * values)}
        )
        np.testing.assert_allclose(in_metres, in_centimetres, rtol=1e-4)


def test_head_has_one_value_and_drops_in_training_only():
    head = NETWORK.head(dropout=0.5, initializer_range=0.02)
    pooled = tf.ones((4, 8))
    assert head(pooled).shape == (4, 1)
    np.testing.assert_array_equal(head(pooled, training=False), head(pooled, training=False))
    assert np.ptp(head(pooled, training=True).numpy()) > 0


def test_an_untrained_head_says_the_mean_or_nearly():
    values = NETWORK.outputs(NETWORK.head(dropout=0.0, initializer_range=0.02)(tf.ones((1, 8))))["value"]
    assert float(values[0]) == pytest.approx(200, abs=50)


def test_the_mean_absolute_error_is_counted_in_the_unit_of_the_label():
    metrics = NETWORK.metrics()
    for expected, values in (([200.0, 210.0], [200.0, 200.0]), ([90.0], [70.0])):
        NETWORK.update_metrics(metrics, tf.constant(expected), {"value": tf.constant(values)})
    assert [(metric.name, float(metric.result())) for metric in metrics] == [("mae", pytest.approx(10))]


def test_weights_have_a_mean_of_one():
    np.testing.assert_allclose(NETWORK.example_weights(np.zeros(3), np.array([1.0, 2.0, 3.0])), [0.5, 1, 1.5])
    with pytest.raises(RecipeError, match="has weight 0"):
        NETWORK.example_weights(np.zeros(2), np.zeros(2))


def test_windows_are_averaged_by_their_weight():
    # Two windows of the first text, of 1 and 3 tokens, and one of the second.
    windows = {"value": tf.constant([1.0, 5.0, -2.0])}
    merged = NETWORK.merge(windows, weights=tf.constant([1.0, 3.0, 7.0]), text_of=tf.constant([0, 0, 1]), texts=2)
    np.testing.assert_allclose(merged["value"], [4.0, -2.0])


def test_decode_and_what_is_explained_are_the_number_in_float32():
    outputs = {"value": tf.constant([1.5, -2.0], tf.bfloat16)}
    decoded = NETWORK.decode(outputs)["value"]
    assert (decoded.dtype, decoded.numpy().tolist()) == (tf.float32, [1.5, -2.0])
    assert NETWORK.decode({"value": tf.zeros(0)})["value"].shape == (0,)
    assert NETWORK.explained(outputs, tf.constant(0)) is outputs["value"]
