"""What was traced goes when nobody has it any more, and its gradients with it."""

import gc
import weakref

import pytest
import tensorflow as tf
from tensorflow.python.framework import ops

from bert_tf.models.kernels.feed_forward import bias_gelu
from bert_tf.models.kernels.graph_gradients import custom_gradient, graphs_keep_gradients, recompute_grad


def registered() -> set[str]:
    return {name for name in ops.gradient_registry.list() if name.startswith("GradientOfGraph")}


def tripled(recomputes: bool):
    """A function with a custom gradient that reads a variable, and that variable's reference."""
    variable = tf.Variable([2.0, 3.0])

    def kernel(x: tf.Tensor) -> tf.Tensor:
        activated = bias_gelu(x[tf.newaxis, tf.newaxis], variable)[0, 0]
        return three_times(activated) * variable

    @custom_gradient
    def three_times(x: tf.Tensor):
        return 3.0 * x, lambda upstream: 3.0 * upstream

    @tf.function
    def step(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with graphs_keep_gradients(), tf.GradientTape() as tape:
            tape.watch(x)
            result = (recompute_grad(kernel) if recomputes else kernel)(x)
            return result, tape.gradient(result, [x, variable])

    return step, weakref.ref(variable)


@pytest.mark.parametrize("recomputes", [False, True])
def test_a_variable_goes_with_the_graph_that_read_it(recomputes):
    gc.collect()
    before = registered()
    step, variable = tripled(recomputes)
    step(tf.constant([1.0, 2.0]))
    assert registered() > before
    del step
    gc.collect()
    assert variable() is None
    assert registered() == before


@pytest.mark.parametrize("recomputes", [False, True])
def test_a_graph_s_gradients_are_those_without_a_graph(recomputes):
    step, _ = tripled(recomputes)
    result, found = step(tf.constant([1.0, 2.0]))
    # Φ is 1 but for 1e-3 at 3 and 3e-7 at 5: three times (x + v) times v.
    tf.debugging.assert_near(result, [18.0, 45.0], rtol=2e-3)
    tf.config.run_functions_eagerly(True)
    try:
        expected, wanted = step(tf.constant([1.0, 2.0]))
    finally:
        tf.config.run_functions_eagerly(False)
    for value, reference in zip([result, *found], [expected, *wanted], strict=True):
        tf.debugging.assert_near(value, reference)


def test_a_gradient_of_somebody_else_stays():
    @tf.RegisterGradient("OfSomebodyElse")
    def gradient(_, upstream):
        return 7.0 * upstream

    @tf.function
    def step(x: tf.Tensor) -> tf.Tensor:
        with tf.compat.v1.get_default_graph().gradient_override_map({"Identity": "OfSomebodyElse"}):
            same = tf.identity(x)
        return tf.gradients(same, x)[0]

    assert float(step(tf.constant(1.0))) == 7.0
    del step
    gc.collect()
    assert ops.gradient_registry.lookup("OfSomebodyElse")


def test_gradients_of_other_code_stay_where_tensorflow_keeps_them():
    registered_before, names = registered(), set(ops.gradient_registry.list())

    @tf.custom_gradient
    def doubled(x: tf.Tensor):
        return 2.0 * x, lambda upstream: 2.0 * upstream

    tf.function(doubled)(tf.constant(1.0))
    bias_gelu(tf.constant([[[1.0]]]), tf.constant([1.0]))
    tf.function(doubled)(tf.constant(2.0))
    new = set(ops.gradient_registry.list()) - names
    assert registered() <= registered_before
    assert new
    assert all(name.startswith("CustomGradient-") for name in new)
