"""The embeddings by the operations of the native library, for layers that read rows: no shape is compiled."""

from typing import Any

import tensorflow as tf

from bert_tf.models.kernels.graph_gradients import custom_gradient
from bert_tf.native.threads import operation_threads


def native_embed(
    operations: Any,
    input_ids: tf.Tensor,
    segment_ids: tf.Tensor | None,
    word_table: tf.Tensor,
    position_rows: tf.Tensor,
    segment_table: tf.Tensor | None,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    *,
    seed: tf.Tensor,
    rate: float,
    epsilon: float,
) -> tf.Tensor:
    """What `embedding.embed` computes, with the same mask of dropout, as rows of bfloat16.

    Args:
        operations: Of the native library.
        input_ids: As of `embed`, as are all others.
        segment_ids: None where tokens have no segments.
        word_table: A variable; its gradient is `tf.IndexedSlices`, one row for each token.
        position_rows: [L, E].
        segment_table: [S, E], or None.
        gamma: [E].
        beta: [E].
        seed: Scalar uint32.
        rate: Share that is dropped; 0 for inference.
        epsilon: Added to the variance.

    Returns:
        [R, E], as `to_rows` of `native_layer` has them. What comes back for rows behind the tokens is not read.
    """
    has_segments = segment_ids is not None and segment_table is not None
    places = tf.cast(segment_ids, tf.int32) if has_segments else tf.zeros([0, 0], tf.int32)
    segments = tf.convert_to_tensor(segment_table) if has_segments else tf.zeros([0, *gamma.shape])
    settings = {"epsilon": epsilon, "drop_below": int(rate * 2**32), "threads": operation_threads()}

    @custom_gradient
    def apply(
        words: tf.Tensor, positions: tf.Tensor, segments: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor
    ) -> tuple[tf.Tensor, object]:
        rows, means, reciprocals = operations.bert_tf_embed_forward(
            words, places, positions, segments, gamma, beta, seed, **settings
        )

        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
            found: tuple[tf.Tensor, ...] = operations.bert_tf_embed_backward(
                words, places, positions, segments, gamma, seed, means, reciprocals, upstream, **settings
            )
            return found

        rows.set_shape([None, *gamma.shape])
        return rows, gradient

    # A table that is read as a whole would be copied in each step: the optimizer changes rows of it.
    words = tf.gather(word_table, input_ids)
    return apply(words, position_rows, segments, tf.convert_to_tensor(gamma), tf.convert_to_tensor(beta))
