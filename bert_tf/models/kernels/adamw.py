"""AdamW that reads and writes each variable and its moments once."""

from collections.abc import Iterable
from typing import Any

import tensorflow as tf
import tf_keras as keras

from bert_tf.models.kernels.xla import kernel


@kernel
def _update(
    variable: tf.Tensor,
    momentum: tf.Tensor,
    velocity: tf.Tensor,
    gradient: tf.Tensor,
    clipping: tf.Tensor,
    step_size: tf.Tensor,
    decay: tf.Tensor,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> None:
    """In place: the first three are handles of variables, since what a kernel returns would be copied into them.

    Handles and not variables: TensorFlow ties a trace to the variables that it was made with.
    """
    gradient *= clipping
    value, first, second = (
        tf.raw_ops.ReadVariableOp(resource=handle, dtype=gradient.dtype) for handle in (variable, momentum, velocity)
    )
    first += (gradient - first) * (1.0 - beta_1)
    second += (tf.square(gradient) - second) * (1.0 - beta_2)
    value -= value * decay + first * step_size / (tf.sqrt(second) + epsilon)
    for handle, result in ((variable, value), (momentum, first), (velocity, second)):
        tf.raw_ops.AssignVariableOp(resource=handle, value=result)


def _dense(gradient: tf.Tensor | tf.IndexedSlices | None, variable: tf.Variable) -> tf.Tensor | None:
    if isinstance(gradient, tf.IndexedSlices):
        return tf.math.unsorted_segment_sum(gradient.values, gradient.indices, variable.shape[0])
    return gradient


class FusedAdamW(keras.optimizers.AdamW):
    """`keras.optimizers.AdamW` (Loshchilov & Hutter, 2019), the same numbers, in one pass over memory per variable.

    Keras takes about ten passes, two more for decay and two for clipping by the global norm, the one clipping there is
    here. Gradients of embeddings are made dense before their norm is taken: Keras takes that of the rows before it adds
    up those of the same word, which is another norm.
    """

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, tf.Variable]], **kwargs: Any) -> tf.Variable:
        """Clip, decay and update; see Keras. Rows of `tf.IndexedSlices` are summed first."""
        pairs = [(_dense(gradient, variable), variable) for gradient, variable in grads_and_vars]
        return super().apply_gradients(pairs, **kwargs)

    def _clip_gradients(self, grads: list[tf.Tensor]) -> list[tf.Tensor]:
        """Finds the factor that `update_step` multiplies by."""
        self._clipping = tf.ones([])
        if self.global_clipnorm:
            norm = tf.linalg.global_norm(grads)
            factor = self.global_clipnorm / tf.maximum(norm, self.global_clipnorm)
            # As `tf.clip_by_global_norm` has it: an infinite gradient shall not pass for a small one.
            self._clipping = tf.where(tf.math.is_finite(norm), factor, float("nan"))
        return grads

    def _apply_weight_decay(self, variables: Iterable[tf.Variable]) -> None:
        """Nothing: `update_step` decays."""

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable) -> None:
        """One variable's update; called by Keras."""
        index = self._index_dict[self._var_key(variable)]
        momentum, velocity = self._momentums[index], self._velocities[index]
        rate = tf.cast(self.learning_rate, tf.float32)
        step = tf.cast(self.iterations + 1, tf.float32)
        step_size = rate * tf.sqrt(1.0 - tf.pow(self.beta_2, step)) / (1.0 - tf.pow(self.beta_1, step))
        decay = rate * self.weight_decay if self._use_weight_decay(variable) else tf.zeros([])
        _update(
            variable.handle,
            momentum.handle,
            velocity.handle,
            gradient,
            self._clipping,
            step_size,
            decay,
            self.beta_1,
            self.beta_2,
            self.epsilon,
        )
