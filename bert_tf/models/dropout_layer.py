"""Dropout of the reference graph and of heads; its random state can be saved, so that training goes on as it was."""

import random

import tensorflow as tf
import tf_keras as keras

_SEED_BITS = 63


class Dropout(keras.layers.Layer):
    """Entries set to zero at random while training, the others divided by 1 - rate (Srivastava et al., 2014).

    Keras' own has its state inside TensorFlow's kernels, where nobody can read it. This one has it in a variable, which
    is not among the weights. Its seed is drawn with Python's `random`, which `keras.utils.set_random_seed` seeds.

    Args:
        rate: Share that is dropped, in [0, 1).
        name: Of the layer.

    Attributes:
        rate: As given.
        generator: Of the masks; None where nothing is dropped.
    """

    def __init__(self, rate: float, *, name: str | None = None) -> None:
        super().__init__(name=name)
        self.rate = rate
        self.generator = (
            tf.random.Generator.from_seed(random.getrandbits(_SEED_BITS), alg="philox") if rate > 0 else None
        )

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Inputs of any shape as they are, or with a share dropped."""
        if not training or self.generator is None or self.rate == 0:
            return inputs
        return tf.nn.experimental.general_dropout(inputs, rate=self.rate, uniform_sampler=self.generator.uniform)


def random_states(model: tf.Module) -> list[tf.Variable]:
    """The variables, int64 [3], that the next masks of all `Dropout` layers depend on, always in the same order."""
    layers = [module for module in model.submodules if isinstance(module, Dropout)]
    return [layer.generator.state for layer in layers if layer.generator is not None]
