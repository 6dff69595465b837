"""AdamW by the native operations: all variables in one pass."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import tensorflow as tf
import tf_keras as keras

from bert_tf.models.kernels.adamw import FusedAdamW
from bert_tf.models.kernels.packed_layers import PackedLayers
from bert_tf.native.threads import operation_threads

# Of optimizers: what one of them keeps of a variable is no other's to change. 0 is the library's self-test.
_owners = itertools.count(1)
_LARGE = 100_000


class NativeAdamW(FusedAdamW):
    """`FusedAdamW`, the same numbers within rounding, by one operation for the norm and one for the step.

    Args:
        operations: As of `NativeLibrary`.
        settings: As of `keras.optimizers.AdamW`.

    Attributes:
        packed: Of layers that read their matrices packed, as the step then writes them; None without.
    """

    def __init__(self, operations: Any, **settings: Any) -> None:
        super().__init__(**settings)
        self._operations = operations
        self._owner = next(_owners)
        self._moments = itertools.count()
        self.packed: PackedLayers | None = None
        self._latest_norm: tuple[tuple[tf.Tensor, ...], tf.Tensor] = (), tf.zeros([])

    def add_variable_from_reference(
        self, model_variable: tf.Variable, variable_name: str, shape: Any = None, initial_value: Any = None
    ) -> tf.Variable:
        """See `FusedAdamW`; moments begin where the steps change them, and not in memory that the first step leaves."""
        if initial_value is None:
            rows = self._rows_of(model_variable)
            shape = model_variable.shape if rows is None else rows.shape
            initial_value = self._operations.bert_tf_new_moment(
                dims=list(shape), owner=self._owner, number=next(self._moments)
            )
        return super().add_variable_from_reference(model_variable, variable_name, shape, initial_value)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, tf.Variable]], **kwargs: Any) -> tf.Variable:
        """See `FusedAdamW`."""
        # Keras would put copies between a gradient and its norm, and there is one replica to aggregate.
        return super().apply_gradients(grads_and_vars, **{**kwargs, "skip_gradients_aggregation": True})

    def global_norm(self, gradients: Sequence[tf.Tensor]) -> tf.Tensor:
        """The norm of all gradients as one vector, a scalar."""
        known, norm = self._latest_norm
        # The training step reports what the optimizer then clips by.
        if len(known) != len(gradients) or any(one is not other for one, other in zip(known, gradients, strict=True)):
            norm = self._operations.bert_tf_global_norm(gradients=list(gradients), threads=operation_threads())
            self._latest_norm = tuple(gradients), norm
        return norm

    def summed(self, gradient: tf.IndexedSlices) -> tf.Tensor:
        """See `FusedAdamW`."""
        rows, *inner = tf.get_static_value(tf.convert_to_tensor(gradient.dense_shape))
        values, indices = tf.reshape(gradient.values, [-1, *inner]), tf.reshape(gradient.indices, [-1])
        sums: tf.Tensor = self._operations.bert_tf_row_sums(
            values=values, indices=tf.cast(indices, tf.int32), rows=rows, threads=operation_threads()
        )
        sums.set_shape([rows, *inner])
        return sums

    def _internal_apply_gradients(self, grads_and_vars: Iterable[tuple[tf.Tensor, tf.Variable]]) -> tf.Variable:
        pairs = list(grads_and_vars)
        gradients, variables = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        places = [self._index_dict[self._var_key(variable)] for variable in variables]
        kept = [[of[place] for place in places] for of in (self._momentums, self._velocities)]
        rates = self._rates()
        values, *moments = self._operations.bert_tf_adam_w(
            values=[self._trained_part(variable) for variable in variables],
            gradients=gradients,
            first=[tf.convert_to_tensor(moment) for moment in kept[0]],
            second=[tf.convert_to_tensor(moment) for moment in kept[1]],
            clipping=rates.clipping,
            step_size=rates.step_size,
            decay=rates.decay,
            decayed=[bool(self._use_weight_decay(variable)) for variable in variables],
            owner=self._owner,
            threads=operation_threads(),
            first_rate=1.0 - self.beta_1,
            second_rate=1.0 - self.beta_2,
            epsilon=self.epsilon,
            numbers=places,
            **self._packing(variables),
        )
        for of, new in zip(kept, moments, strict=True):
            for moment, value in zip(of, new, strict=True):
                moment.assign(value)
        for variable, value in zip(variables, values, strict=True):
            self._set_trained_part(variable, value, rates.decay)
        return self.iterations.assign_add(1)

    def _packing(self, variables: Sequence[tf.Variable]) -> dict[str, Any]:
        return {} if self.packed is None else {"packed": self.packed.number, "places": self.packed.places(variables)}

    def _trained_part(self, variable: tf.Variable) -> tf.Tensor:
        rows = self._rows_of(variable)
        return tf.convert_to_tensor(variable) if rows is None else tf.gather(variable, rows.ids)

    def _set_trained_part(self, variable: tf.Variable, value: tf.Tensor, decay: tf.Tensor) -> None:
        rows = self._rows_of(variable)
        if rows is None:
            variable.assign(value)
            return
        variable.scatter_update(tf.IndexedSlices(value, rows.ids))
        rows.decay(decay if self._use_weight_decay(variable) else tf.zeros([]))


def write_packed(optimizer: keras.optimizers.Optimizer, packed: PackedLayers | None) -> None:
    """Have an optimizer, or the one inside a `LossScaleOptimizer`, pack what layers read, if it can."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    if isinstance(inner, NativeAdamW):
        inner.packed = packed
