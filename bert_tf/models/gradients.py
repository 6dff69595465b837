"""Gradients of a batch, all of it at once or slice by slice."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import tensorflow as tf

from bert_tf.models.kernels.graph_gradients import graphs_keep_gradients
from bert_tf.models.kernels.rows_in_use import RowsInUse

Batch = tuple[Any, tf.Tensor, tf.Tensor | None]
Loss = Callable[[Batch], tf.Tensor]
Scaled = Callable[[tf.Tensor], tf.Tensor]
Gradient: TypeAlias = tf.Tensor | tf.IndexedSlices | None


def batch_gradients(
    loss: Loss,
    batch: Batch,
    variables: Sequence[tf.Variable],
    *,
    scaled: Scaled,
    rows_per_slice: int | None,
    rows_in_use: RowsInUse | None = None,
    dense: Callable[[Any], tf.Tensor] = tf.convert_to_tensor,
) -> tuple[tf.Tensor, list[tf.Tensor | None]]:
    """The loss of a batch, and the gradients of the scaled loss.

    In slices they are the same but for the order of the additions, and the activations of one slice are in memory at a
    time. The graph holds one slice, however many there are.

    Args:
        loss: Mean over the rows of a batch, a float32 scalar; called with each slice, the last of which may be shorter.
        batch: Inputs, labels and weights (or None), each tensor [B, …]. B may be unknown when traced.
        variables: float32, of known shapes.
        scaled: A loss times the scale that keeps small gradients from float16's zero, else `tf.identity`.
        rows_per_slice: 1 or more; None for all rows at once.
        rows_in_use: Of one of the variables, whose gradient is of these rows; no other row is in the batch.
        dense: From the gradient of a variable to its dense form, in which rows of equal words are added up.

    Returns:
        The loss, not scaled, and a dense gradient for each variable, None for one that the loss doesn't depend on.
    """
    gradients_of = functools.partial(
        gradients_of_loss, loss, variables=variables, scaled=scaled, rows_in_use=rows_in_use
    )
    if rows_per_slice is not None:
        return in_slices(gradients_of, batch, zeros_of(variables, rows_in_use), rows_per_slice=rows_per_slice)
    value, gradients = gradients_of(batch, share=tf.ones([]))
    # The norm of an embedding's rows before those of one word are added up is another norm.
    return value, [None if gradient is None else dense(gradient) for gradient in gradients]


def zeros_of(variables: Sequence[tf.Variable], rows_in_use: RowsInUse | None) -> list[tf.Tensor]:
    """What the gradients of variables are added to."""
    return [
        tf.zeros(variable.shape if rows_in_use is None or variable is not rows_in_use.table else rows_in_use.shape)
        for variable in variables
    ]


def in_slices(
    gradients_of: Callable[..., tuple[tf.Tensor, list[Gradient]]],
    batch: Batch,
    zeros: Sequence[tf.Tensor],
    *,
    rows_per_slice: int | tf.Tensor,
) -> tuple[tf.Tensor, list[tf.Tensor | None]]:
    """The sums of values and gradients over slices of a batch, of which one is computed at a time.

    Args:
        gradients_of: From a slice and `share`, its part of the rows, to a value and the gradients.
        batch: Tensors [B, …].
        zeros: As of `zeros_of`.
        rows_per_slice: 1 or more.
    """
    rows = tf.shape(tf.nest.flatten(batch)[0])[0]
    reached = [False] * len(zeros)

    def add_slice(start: tf.Tensor, value: tf.Tensor, *totals: tf.Tensor) -> tuple[tf.Tensor, ...]:
        end = tf.minimum(start + rows_per_slice, rows)
        part = tf.nest.map_structure(lambda tensor: None if tensor is None else tensor[start:end], batch)
        added, gradients = gradients_of(part, share=tf.cast((end - start) / rows, tf.float32))
        for index, gradient in enumerate(gradients):
            reached[index] |= gradient is not None
        return end, value + added, *map(_sum, totals, gradients)

    _, value, *totals = tf.while_loop(
        lambda start, *_: start < rows,
        add_slice,
        (tf.constant(0), tf.zeros([]), *zeros),
        # More would hold the activations of that many slices.
        parallel_iterations=1,
    )
    return value, [total if known else None for total, known in zip(totals, reached, strict=True)]


def gradients_of_loss(
    loss: Loss,
    batch: Batch,
    variables: Sequence[tf.Variable],
    *,
    share: tf.Tensor,
    scaled: Scaled,
    rows_in_use: RowsInUse | None,
) -> tuple[tf.Tensor, list[Gradient]]:
    """The loss of rows times their share of a batch, and its gradients; arguments as of `batch_gradients`."""
    with tf.GradientTape() as tape:
        value = loss(batch) * share
        target = scaled(value)
    with graphs_keep_gradients():
        found = tape.gradient(target, variables)
    if rows_in_use is not None:
        found = [
            rows_in_use.gradient(gradient) if variable is rows_in_use.table else gradient
            for gradient, variable in zip(found, variables, strict=True)
        ]
    return value, found


def _sum(total: tf.Tensor, gradient: Gradient) -> tf.Tensor:
    if gradient is None:
        return total
    if isinstance(gradient, tf.IndexedSlices):
        return tf.tensor_scatter_nd_add(total, gradient.indices[:, tf.newaxis], gradient.values)
    return total + gradient
