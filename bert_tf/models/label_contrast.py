"""Vectors of texts that lie near each other where labels are the same: supervised contrastive learning.

Khosla et al., "Supervised Contrastive Learning", 2020, https://arxiv.org/abs/2004.11362, with the loss outside of the
logarithm (L_out). That few labelled texts are enough for a head over such vectors: Tunstall et al., "Efficient Few-Shot
Learning Without Prompts" (SetFit), 2022, https://arxiv.org/abs/2209.11055.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.task_network import Outputs

_NEVER = -1e9  # a score that adds nothing to the sum of exponentials


def least_loss(has_label: np.ndarray) -> float:
    """The mean loss of B texts that is reached where those that belong together have one vector and the others are far
    away: the mean logarithm of how many belong to a text. No vectors have a smaller one (Jensen's inequality).

    Args:
        has_label: Which text has which label, bool [B, C].
    """
    shared = has_label.astype(np.int64) @ has_label.T.astype(np.int64)
    np.fill_diagonal(shared, 0)
    return float(np.log(np.maximum((shared > 0).sum(1), 1)).mean())


@dataclasses.dataclass(frozen=True)
class LabelContrast:
    """A `TaskNetwork` whose output, `vector`, float32 [B, H], is the pooled text as it is.

    Expected is which text has which label, bool [B, C]; texts belong together that have any label in common.

    Args:
        temperature: What cosines are divided by.
    """

    reads: ClassVar[Literal["pooled"]] = "pooled"
    separable: ClassVar[bool] = False
    temperature: float = 0.1

    def head(self, *, dropout: float, initializer_range: float) -> keras.layers.Layer:
        """A layer that gives pooled texts, float32 [B, H], as they are."""
        del dropout, initializer_range
        return keras.layers.Layer(name="head")

    def outputs(self, values: tf.Tensor) -> Outputs:
        """`vector`."""
        return {"vector": values}

    def loss(self, expected: tf.Tensor, outputs: Outputs) -> tf.Tensor:
        """Mean cross-entropy of finding each text that belongs to a row's among the others of the batch, float32 [B];
        0 for a text that none belongs to."""
        vectors = tf.math.l2_normalize(tf.cast(outputs["vector"], tf.float32), -1)
        is_own = tf.eye(tf.shape(vectors)[0], dtype=tf.bool)
        scores = tf.where(is_own, _NEVER, tf.matmul(vectors, vectors, transpose_b=True) / self.temperature)
        has_label = tf.cast(expected, tf.float32)
        belongs = (tf.matmul(has_label, has_label, transpose_b=True) > 0) & ~is_own
        missed = tf.reduce_logsumexp(scores, 1, keepdims=True) - scores
        counts = tf.reduce_sum(tf.cast(belongs, tf.float32), 1)
        return tf.reduce_sum(tf.where(belongs, missed, 0.0), 1) / tf.maximum(counts, 1.0)

    def metrics(self) -> list[keras.metrics.Metric]:
        """None."""
        return []

    def update_metrics(self, metrics: Sequence[keras.metrics.Metric], expected: tf.Tensor, outputs: Outputs) -> None:
        """Nothing is counted."""

    def example_weights(self, expected: Any, weights: np.ndarray) -> np.ndarray:
        """1 for each row, float32 [N]: what a row weighs is the head's affair."""
        del expected
        return np.ones(len(weights), np.float32)

    def explained(self, outputs: Outputs, target: tf.Tensor) -> tf.Tensor:
        """The cosine of each vector with that of the first row, float32 [B]."""
        del target
        vectors = tf.math.l2_normalize(outputs["vector"], -1)
        return tf.linalg.matvec(vectors, vectors[0])

    def decode(self, outputs: Outputs) -> Outputs:
        """The outputs themselves."""
        return outputs
