"""What stands between the two matmuls of the feed-forward block, by its name in config.json."""

import functools
from collections.abc import Callable, Mapping

import tensorflow as tf

Activation = Callable[[tf.Tensor], tf.Tensor]

# Hendrycks & Gimpel, "Gaussian Error Linear Units", 2016: exactly, or by its approximation with tanh.
_TANH_GELU: Activation = functools.partial(tf.nn.gelu, approximate=True)
ACTIVATIONS: Mapping[str, Activation] = {
    "gelu": functools.partial(tf.nn.gelu, approximate=False),
    "gelu_new": _TANH_GELU,
    "gelu_pytorch_tanh": _TANH_GELU,
    "relu": tf.nn.relu,
}
