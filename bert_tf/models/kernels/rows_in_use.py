"""The rows of an embedding table that training reads, and what becomes of all others."""

import numpy as np
import tensorflow as tf

from bert_tf.errors import ModelError
from bert_tf.models.kernels.xla import kernel

_AT_ONCE = 32


@kernel
def _decay_others(table: tf.Tensor, in_use: tf.Tensor, decays: tf.Tensor) -> None:
    """In place: `table` is a variable's handle. One step's decay after the other, each rounded by itself."""
    value = decayed = tf.raw_ops.ReadVariableOp(resource=table, dtype=decays.dtype)
    # A step of AdamW that a moment of 0 makes: with it the compiler rounds where it rounds in the plain update.
    nothing = decays[0] * 0.0
    for decay in tf.unstack(decays):
        decayed -= decayed * decay + nothing
    tf.raw_ops.AssignVariableOp(resource=table, value=tf.where(in_use[:, tf.newaxis], value, decayed))


class RowsInUse:
    """Lets AdamW work on a part of a table's rows and leaves the table as if it had worked on all of them.

    A row that no training text reads has no gradient and keeps moments of zero: all that a step does to it is to take
    off its decay. The decays of up to 32 steps are kept back and then taken off in one pass over the table, each by
    itself, so that the numbers are the same bits whenever that happens. Until then rows that are not in use lag behind:
    whoever reads the whole table calls `settle` before.

    Args:
        table: float32 [V, E].
        ids: Rows in use, integers in [0, V), ascending, each once; not all.

    Attributes:
        table: As given.
        ids: int32 [R].
        shape: (R, E), of gradient and moments.
        moments: The variables of an optimizer that are of this shape.
    """

    def __init__(self, table: tf.Variable, ids: np.ndarray) -> None:
        size, width = table.shape
        self.table = table
        self.ids = tf.constant(ids, tf.int32)
        self.shape = (len(ids), width)
        self.moments: list[tf.Variable] = []
        # A row that is not in use has no place: an operation that is led to one behind the last raises an error.
        places = np.full(size, len(ids), np.int32)
        places[ids] = np.arange(len(ids))
        self._places, self._in_use = tf.constant(places), tf.constant(places < len(ids))
        self._decays = tf.Variable(tf.zeros([_AT_ONCE]), trainable=False)
        self._kept_back = tf.Variable(0, dtype=tf.int64, trainable=False)

    def gradient(self, gradient: tf.IndexedSlices) -> tf.IndexedSlices:
        """The table's gradient as that of a table that has the rows in use only, [R, E]."""
        indices = tf.gather(self._places, gradient.indices)
        return tf.IndexedSlices(gradient.values, indices, tf.constant(self.shape))

    def decay(self, amount: tf.Tensor) -> None:
        """Keep back what a step takes off, as a share of the value: scalar float32, 0 or more."""
        # Not the optimizer's count of steps: a step that a scaled loss passes over is counted there.
        self._decays.scatter_nd_update(tf.reshape(self._kept_back, [1, 1]), [amount])
        tf.cond(self._kept_back.assign_add(1) == _AT_ONCE, self._take_off, lambda: None)

    def settle(self) -> None:
        """Bring rows that are not in use up to date."""
        if self._kept_back.numpy():
            self._take_off()

    def has(self, variable: tf.Variable) -> bool:
        """Whether a variable is one of the moments."""
        return any(variable is moments for moments in self.moments)

    def whole(self, moments: tf.Variable) -> np.ndarray:
        """Moments of the rows in use as those of all rows, float32 [V, E]."""
        whole = np.zeros(self.table.shape, np.float32)
        whole[self.ids.numpy()] = moments.numpy()
        return whole

    def part(self, whole: np.ndarray) -> np.ndarray:
        """Moments of the rows in use, float32 [R, E], of those of all rows.

        Raises:
            ModelError: other rows have moments too.
        """
        if whole[~self._in_use.numpy()].any():
            raise ModelError(
                "The optimizer's state has moments of words that the training texts don't have.",
                hint="go on with the texts that the run began with",
            )
        return whole[self.ids.numpy()]

    def _take_off(self) -> None:
        _decay_others(self.table.handle, self._in_use, self._decays)
        self._decays.assign(tf.zeros([_AT_ONCE]))
        self._kept_back.assign(0)
