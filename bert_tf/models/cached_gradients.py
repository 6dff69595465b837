"""Gradients of a loss that compares the rows of a batch, in the memory of a few of them.

Gao, Zhang, Han & Callan, "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup", 2021,
https://arxiv.org/abs/2101.06983: outputs of all rows are computed without keeping what their gradients need, the loss
gives the gradient of each output, and with these each slice of rows is computed once more.
"""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from bert_tf.models.gradients import Batch, Gradient, Scaled, gradients_of_loss, in_slices, zeros_of
from bert_tf.models.group_gradients import GatheredTexts
from bert_tf.models.kernels.rows_in_use import RowsInUse

ValuesOf = Callable[[Any], tf.Tensor]
LossOfValues = Callable[[tf.Tensor, tf.Tensor, tf.Tensor | None], tf.Tensor]


def cached_gradients(
    values_of: ValuesOf,
    loss: LossOfValues,
    batch: Batch,
    variables: Sequence[tf.Variable],
    *,
    scaled: Scaled,
    rows_per_slice: int | tf.Tensor,
    random_states: Sequence[tf.Variable],
    rows_in_use: RowsInUse | None = None,
    gathered: GatheredTexts | None = None,
) -> tuple[tf.Tensor, list[tf.Tensor | None]]:
    """The loss of a batch and the gradients of the scaled loss: those of all rows at once, but for rounding.

    Args:
        values_of: From inputs of texts to their values, float32 [texts, …], each text by itself.
        loss: From the values of all texts, what is expected and weights to the loss of the batch, a float32 scalar.
        batch: Inputs of T texts for each row, [B · T, …], those of a row one behind the other, or of texts that rows
            have in common; what is expected of B rows; and weights, or None.
        variables: float32, of known shapes.
        scaled: As of `batch_gradients`.
        rows_per_slice: Rows, of T texts each on average, that are computed at a time.
        random_states: All that dropout depends on: values are computed twice, with the same masks.
        rows_in_use: As of `batch_gradients`.
        gathered: Where several workers compute the texts of a batch: the inputs are this one's part, and so are the
            gradients; None for all of it.

    Returns:
        As `batch_gradients`.
    """
    inputs, expected, weights = batch
    # Rows that have their texts in common may be more than these.
    texts = tf.maximum(tf.shape(tf.nest.flatten(inputs)[0])[0] // tf.shape(expected)[0], 1)
    before = [tf.identity(state) for state in random_states]
    values = _of_all(values_of, inputs, texts_per_slice=rows_per_slice * texts)
    values = values if gathered is None else gathered.of_all(values)
    with tf.GradientTape() as tape:
        tape.watch(values)
        found = loss(values, expected, weights)
        target = scaled(found)
    of_values = tape.gradient(target, values)
    of_values = of_values if gathered is None else gathered.own(of_values)
    for state, kept in zip(random_states, before, strict=True):
        state.assign(kept)

    def along_gradients(part: Batch) -> tf.Tensor:
        part_of_inputs, of_part, _ = part
        return tf.reduce_sum(values_of(part_of_inputs) * of_part)

    def gradients_of(part: Batch, *, share: tf.Tensor) -> tuple[tf.Tensor, list[Gradient]]:
        del share  # the values' gradients are of the whole batch's loss
        return gradients_of_loss(
            along_gradients, part, variables, share=tf.ones([]), scaled=tf.identity, rows_in_use=rows_in_use
        )

    zeros, batch_of_values = zeros_of(variables, rows_in_use), (inputs, of_values, None)
    _, gradients = in_slices(gradients_of, batch_of_values, zeros, rows_per_slice=rows_per_slice * texts)
    return found, gradients


def _of_all(values_of: ValuesOf, inputs: Any, *, texts_per_slice: tf.Tensor) -> tf.Tensor:
    """Values of all texts, computed slice by slice."""
    texts = tf.shape(tf.nest.flatten(inputs)[0])[0]
    slices = -(-texts // texts_per_slice)
    shapes: list[tf.TensorShape] = []  # of one text, which the loop loses

    def add(index: tf.Tensor, done: tf.TensorArray) -> tuple[tf.Tensor, tf.TensorArray]:
        start, end = index * texts_per_slice, (index + 1) * texts_per_slice
        values = values_of(tf.nest.map_structure(lambda each: each[start:end], inputs))
        shapes.append(values.shape[1:])
        return index + 1, done.write(index, values)

    done = tf.TensorArray(tf.float32, slices, infer_shape=False)
    # More at a time would hold the activations of that many slices.
    _, done = tf.while_loop(lambda index, _: index < slices, add, (0, done), parallel_iterations=1)
    return tf.ensure_shape(done.concat(), [None, *shapes[0]])
