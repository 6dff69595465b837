"""Custom gradients that end with the graph that they are of.

TensorFlow puts each into a table of the process, where it stays, and with it the graph that was traced and all that the
graph reads: a model, its optimizer's moments, its constants. Here the graph has its gradients, and the table only says
that they are there. Custom gradients of other code stay as TensorFlow keeps them.
"""

import contextlib
import functools
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf
from tensorflow.python.framework import ops
from tensorflow.python.ops import custom_gradient as of_tensorflow

Gradient = Callable[..., Any]

_PREFIX = "GradientOfGraph-"
_register = ops.RegisterGradient.__call__
_lock = threading.RLock()


def custom_gradient(function: Callable[..., Any]) -> Any:
    """As `tf.custom_gradient`."""
    return _registering_with_graphs(tf.custom_gradient(function))


def recompute_grad(function: Callable[..., Any]) -> Any:
    """As `tf.recompute_grad`; its gradient is to be taken in `graphs_keep_gradients`, as it has one itself."""
    return _registering_with_graphs(tf.recompute_grad(function))


def _registering_with_graphs(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        with graphs_keep_gradients():
            return function(*arguments)

    return call


@contextlib.contextmanager
def graphs_keep_gradients() -> Iterator[None]:
    """While it lasts, what TensorFlow registers are gradients of graphs."""
    with _lock:
        before = of_tensorflow.generate_name, ops.RegisterGradient.__call__
        of_tensorflow.generate_name, ops.RegisterGradient.__call__ = _generate_name, _register_with_graph
        try:
            yield
        finally:
            of_tensorflow.generate_name, ops.RegisterGradient.__call__ = before


def _generate_name() -> str:
    return f"{_PREFIX}{ops.uid()}"


def _register_with_graph(self: ops.RegisterGradient, gradient: Gradient) -> Gradient:
    name: str = self._op_type
    if not name.startswith(_PREFIX):
        return _register(self, gradient)
    graph = ops.get_default_graph()
    _gradients_of(graph)[name] = gradient
    weakref.finalize(graph, ops.gradient_registry._registry.pop, name, None)
    _register(self, lambda operation, *upstream: _gradients_of(operation.graph)[name](operation, *upstream))
    return gradient


def _gradients_of(graph: tf.Graph) -> dict[str, Gradient]:
    """By name; kept at the graph itself, since whatever refers to a gradient refers to its graph too."""
    if not hasattr(graph, "_bert_tf_gradients"):
        graph._bert_tf_gradients = {}
    return graph._bert_tf_gradients
