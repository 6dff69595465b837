"""AdamW that reads and writes each variable and its moments once."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf
import tf_keras as keras

from bert_tf.models.kernels.rows_in_use import RowsInUse
from bert_tf.models.kernels.xla import kernel


class _Moments(NamedTuple):
    """Handles of variables, since what a kernel returns would be copied into them; the kernel changes them in place.

    Handles and not variables: TensorFlow ties a trace to the variables that it was made with.
    """

    first: tf.Tensor
    second: tf.Tensor


class _Rates(NamedTuple):
    """Of a step, scalars."""

    clipping: tf.Tensor
    step_size: tf.Tensor
    decay: tf.Tensor


class _Constants(NamedTuple):
    beta_1: float
    beta_2: float
    epsilon: float


def _stepped(
    value: tf.Tensor, gradient: tf.Tensor, moments: _Moments, rates: _Rates, constants: _Constants
) -> tf.Tensor:
    gradient *= rates.clipping
    first, second = (tf.raw_ops.ReadVariableOp(resource=handle, dtype=gradient.dtype) for handle in moments)
    first += (gradient - first) * (1.0 - constants.beta_1)
    second += (tf.square(gradient) - second) * (1.0 - constants.beta_2)
    for handle, result in zip(moments, (first, second), strict=True):
        tf.raw_ops.AssignVariableOp(resource=handle, value=result)
    return value - (value * rates.decay + first * rates.step_size / (tf.sqrt(second) + constants.epsilon))


@kernel
def _update(variable: tf.Tensor, gradient: tf.Tensor, moments: _Moments, rates: _Rates, constants: _Constants) -> None:
    """In place; `variable` is a handle as the moments are."""
    value = tf.raw_ops.ReadVariableOp(resource=variable, dtype=gradient.dtype)
    value = _stepped(value, gradient, moments, rates, constants)
    tf.raw_ops.AssignVariableOp(resource=variable, value=value)


@kernel
def _update_rows(
    rows: tf.Tensor, gradient: tf.Tensor, moments: _Moments, rates: _Rates, constants: _Constants
) -> tf.Tensor:
    return _stepped(rows, gradient, moments, rates, constants)


class FusedAdamW(keras.optimizers.AdamW):
    """`keras.optimizers.AdamW` (Loshchilov & Hutter, 2019), the same numbers, in one pass over memory per variable.

    Keras takes about ten passes, two more for decay and two for clipping by the global norm, the one clipping there is
    here. Gradients of embeddings are made dense before their norm is taken: Keras takes that of the rows before it adds
    up those of the same word, which is another norm.

    Attributes:
        rows: Of a table that has gradient and moments in these rows only; None where all variables are updated whole.
            To be set before `build`.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.rows: RowsInUse | None = None

    def add_variable_from_reference(
        self, model_variable: tf.Variable, variable_name: str, shape: Any = None, initial_value: Any = None
    ) -> tf.Variable:
        """See Keras; moments of a table are those of its rows in use."""
        rows = self._rows_of(model_variable)
        if rows is None:
            return super().add_variable_from_reference(model_variable, variable_name, shape, initial_value)
        moments = super().add_variable_from_reference(model_variable, variable_name, rows.shape, initial_value)
        rows.moments.append(moments)
        return moments

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, tf.Variable]], **kwargs: Any) -> tf.Variable:
        """Clip, decay and update; see Keras. Rows of `tf.IndexedSlices` are summed first.

        A dense gradient of a table is that of its rows in use.
        """
        pairs = [(self._dense(gradient, variable), variable) for gradient, variable in grads_and_vars]
        return super().apply_gradients(pairs, **kwargs)

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable) -> None:
        """One variable's update; called by Keras."""
        index = self._index_dict[self._var_key(variable)]
        moments = _Moments(self._momentums[index].handle, self._velocities[index].handle)
        rates = self._rates()
        if not self._use_weight_decay(variable):
            rates = rates._replace(decay=tf.zeros([]))
        constants = _Constants(self.beta_1, self.beta_2, self.epsilon)
        rows = self._rows_of(variable)
        if rows is None:
            _update(variable.handle, gradient, moments, rates, constants)
            return
        updated = _update_rows(tf.gather(variable, rows.ids), gradient, moments, rates, constants)
        variable.scatter_update(tf.IndexedSlices(updated, rows.ids))
        rows.decay(rates.decay)

    def global_norm(self, gradients: Sequence[tf.Tensor]) -> tf.Tensor:
        """The norm of all gradients as one vector, a scalar; see `gradient_norm`."""
        return tf.linalg.global_norm(gradients)

    def summed(self, gradient: tf.IndexedSlices) -> tf.Tensor:
        """The dense form of a table's gradient, in which the rows of equal words are added up; see `dense_form`."""
        return tf.convert_to_tensor(gradient)

    def finalize_variable_values(self, var_list: Iterable[tf.Variable]) -> None:
        """Called by Keras at the end of `fit`."""
        super().finalize_variable_values(var_list)
        if self.rows is not None:
            self.rows.settle()

    def _rates(self) -> _Rates:
        """Of this step, for variables that decay."""
        rate = tf.cast(self.learning_rate, tf.float32)
        step = tf.cast(self.iterations + 1, tf.float32)
        size = rate * tf.sqrt(1.0 - tf.pow(self.beta_2, step)) / (1.0 - tf.pow(self.beta_1, step))
        return _Rates(self._clipping, step_size=size, decay=rate * self.weight_decay)

    def _clip_gradients(self, grads: list[tf.Tensor]) -> list[tf.Tensor]:
        """Finds the factor that `update_step` multiplies by."""
        self._clipping = tf.ones([])
        if self.global_clipnorm:
            norm = self.global_norm(grads)
            factor = self.global_clipnorm / tf.maximum(norm, self.global_clipnorm)
            # As `tf.clip_by_global_norm` has it: an infinite gradient shall not pass for a small one.
            self._clipping = tf.where(tf.math.is_finite(norm), factor, float("nan"))
        return grads

    def _apply_weight_decay(self, variables: Iterable[tf.Variable]) -> None:
        """Nothing: `update_step` decays."""

    def _dense(self, gradient: tf.Tensor | tf.IndexedSlices | None, variable: tf.Variable) -> tf.Tensor | None:
        if not isinstance(gradient, tf.IndexedSlices):
            return gradient
        rows = self._rows_of(variable)
        if rows is not None:
            return self.summed(rows.gradient(gradient))
        return self.summed(tf.IndexedSlices(gradient.values, gradient.indices, variable.shape))

    def _rows_of(self, variable: tf.Variable) -> RowsInUse | None:
        return self.rows if self.rows is not None and variable is self.rows.table else None


def rows_in_use(optimizer: keras.optimizers.Optimizer | None) -> RowsInUse | None:
    """The rows of an optimizer that has some, or of the one inside a `LossScaleOptimizer`."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    return inner.rows if isinstance(inner, FusedAdamW) else None


def gradient_norm(optimizer: keras.optimizers.Optimizer, gradients: Sequence[tf.Tensor]) -> tf.Tensor:
    """The norm of all gradients, a scalar; the very tensor that the optimizer clips by, where it does."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    return inner.global_norm(gradients) if isinstance(inner, FusedAdamW) else tf.linalg.global_norm(gradients)


def dense_form(optimizer: keras.optimizers.Optimizer) -> Callable[[tf.Tensor | tf.IndexedSlices], tf.Tensor]:
    """What makes the gradients of an optimizer dense."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    summed = inner.summed if isinstance(inner, FusedAdamW) else tf.convert_to_tensor
    return lambda gradient: summed(gradient) if isinstance(gradient, tf.IndexedSlices) else gradient
