"""Gradients of a batch of which each worker computes a part: one model, as if one process computed all of it."""

from collections.abc import Callable, Sequence

import tensorflow as tf

from bert_tf.models.worker_group import WorkerGroup

Gradients = tuple[tf.Tensor, list[tf.Tensor | None]]


def group_gradients(
    of_part: Callable[[], Gradients],
    group: WorkerGroup,
    *,
    measures: Sequence[tf.Variable],
    random_states: Sequence[tf.Variable],
    counts: tf.Tensor,
) -> Gradients:
    """The loss of a batch and its gradients, equal in all workers, of what each computes of it.

    Metrics come to what all workers counted, and what dropout depends on to what it is at the chief, so that a point
    that the chief leaves is one of all of them. In a step each worker draws masks of its own.

    Args:
        of_part: The loss of this worker's part, whose sum over the workers is the batch's, and its gradients.
        group: The workers.
        measures: What `of_part` counts in.
        random_states: All that dropout depends on: int64 scalars, or int64 [3] of Philox.
        counts: Whether what this worker counts is counted, 1.0 or 0.0.

    Returns:
        As of `batch_gradients`.
    """
    before = [tf.identity(measure) for measure in measures]
    for state in random_states:
        if state.shape.rank:
            # The upper half of the counter, which no training reaches.
            state.assign_add([0, group.index, 0])
    loss, found = of_part()
    counted = [counts * (tf.cast(measure, tf.float32) - old) for measure, old in zip(measures, before, strict=True)]
    total, *added = group.summed([loss, *counted])
    for measure, old, more in zip(measures, before, added, strict=True):
        measure.assign(old + more)
    own = [tf.identity(state) if group.is_chief else tf.zeros_like(state) for state in random_states]
    for state, value in zip(random_states, group.summed(own), strict=True):
        state.assign(value)
    sums = iter(group.summed_gradients([gradient for gradient in found if gradient is not None]))
    return total, [None if gradient is None else next(sums) for gradient in found]


class GatheredTexts:
    """Vectors of a batch's texts, of which this worker computes those in its place.

    Args:
        group: The workers.
        place: As of `Shard.place`, of texts.
    """

    def __init__(self, group: WorkerGroup, place: tf.Tensor) -> None:
        self._group, self._begin, self._end, self._size = group, place[0], place[1], place[2]

    def of_all(self, own: tf.Tensor) -> tf.Tensor:
        """The values of all texts, [texts, …], of what each worker has of its own."""
        around = [[self._begin, self._size - self._end], *[[0, 0]] * (own.shape.rank - 1)]
        # Sums of numbers and zeros: they are the numbers, and sent as float32 they are exact.
        (values,) = self._group.summed([tf.pad(own[: self._end - self._begin], around)])
        return tf.ensure_shape(values, [None, *own.shape[1:]])

    def own(self, values: tf.Tensor) -> tf.Tensor:
        """Those of this worker's texts; zeros for a text that it computes because it has none."""
        of_place = values[self._begin : self._end]
        missing = tf.maximum(1 - (self._end - self._begin), 0)
        return tf.pad(of_place, [[0, missing], *[[0, 0]] * (values.shape.rank - 1)])
