"""Keras layers whose variables are made at once, each from an initial value that its path gives."""

from collections.abc import Callable

import tensorflow as tf
import tf_keras as keras

Initializer = Callable[..., tf.Tensor]
# From a variable's path in its encoder, such as "layers/0/query/kernel", to what makes its first value.
InitialValues = Callable[[str], Initializer]


def random_values(standard_deviation: float) -> InitialValues:
    """What untrained encoders begin with: neutral LayerNorms, and kernels and tables that are normally distributed and
    cut off at two standard deviations, which leaves 0.88 of the spread, as BERT's authors do it."""

    def initial(path: str) -> Initializer:
        kind = path.rpartition("/")[2]
        if kind in {"bias", "beta"}:
            return keras.initializers.Zeros()
        if kind == "gamma":
            return keras.initializers.Ones()
        return keras.initializers.TruncatedNormal(stddev=standard_deviation)

    return initial


def no_values(path: str) -> Initializer:
    """Zeros, for a checkpoint to fill."""
    del path
    return keras.initializers.Zeros()


def dense(
    path: str, inputs: int, outputs: int, *, initial: InitialValues, activation: str | None = None
) -> keras.layers.Dense:
    """A dense layer [inputs, outputs] with the variables `path/kernel` and `path/bias`."""
    layer = keras.layers.Dense(
        outputs,
        activation=activation,
        kernel_initializer=initial(f"{path}/kernel"),
        bias_initializer=initial(f"{path}/bias"),
        name=_name(path),
    )
    with tf.name_scope(path):
        layer.build([None, None, inputs])
    return layer


def layer_norm(path: str, width: int, *, epsilon: float, initial: InitialValues) -> keras.layers.LayerNormalization:
    """LayerNorm over the last axis (Ba et al., 2016) with the variables `path/gamma` and `path/beta`."""
    layer = keras.layers.LayerNormalization(
        epsilon=epsilon,
        gamma_initializer=initial(f"{path}/gamma"),
        beta_initializer=initial(f"{path}/beta"),
        name=_name(path),
    )
    with tf.name_scope(path):
        layer.build([None, None, width])
    return layer


def _name(path: str) -> str:
    return path.rpartition("/")[2]
