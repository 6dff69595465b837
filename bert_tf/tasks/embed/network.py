"""Task `embed`: a vector of length 1 for each text, near to those of the texts that belong to it.

The loss of a row looks at the vectors of the whole batch: multiple negatives ranking (Henderson et al., "Efficient
Natural Language Response Suggestion for Smart Reply", 2017, https://arxiv.org/abs/1705.00652), which is InfoNCE (van
den Oord et al., 2018) with the texts of the other rows as negatives.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
import tensorflow as tf
import tf_keras as keras

from bert_tf.errors import RecipeError
from bert_tf.models.example_weights import scaled_to_mean_one
from bert_tf.models.task_network import Outputs

if TYPE_CHECKING:
    from bert_tf.recipe.schema import Recipe

_NEVER = -1e9  # a score that adds nothing to the sum of exponentials


@dataclasses.dataclass(frozen=True)
class EmbedNetwork:
    """Vectors: a `VectorNetwork` with one output, `vector`, float32 [B, H], of length 1.

    Expected are numbers of texts, int [B, T], equal where texts are, or where they belong together by a label: of the
    row's text, of the right one and, with hard negatives, of wrong ones; -1 for one that never counts. The vectors of a
    row's T texts stand one behind the other, [B · T, H].

    Args:
        temperature: What cosines are divided by.
        both_directions: Whether the right text has to find its row's text, too.
        dimensions: Numbers of first dimensions that are trained as vectors of their own (Kusupati et al., "Matryoshka
            Representation Learning", 2022, https://arxiv.org/abs/2205.13147).
    """

    reads: ClassVar[Literal["pooled"]] = "pooled"
    separable: ClassVar[bool] = False
    temperature: float = 0.05
    both_directions: bool = False
    dimensions: tuple[int, ...] = ()

    @classmethod
    def of_recipe(cls, recipe: "Recipe", facts: Mapping[str, Any]) -> Self:
        """As a recipe wants it; the facts tell nothing that it needs."""
        settings: Any = recipe.settings
        return cls(settings.temperature, settings.both_directions, settings.dimensions)

    def head(self, *, dropout: float, initializer_range: float) -> keras.layers.Layer:
        """A layer that gives pooled texts, float32 [B, H], as they are."""
        return keras.layers.Layer(name="head")

    def outputs(self, values: tf.Tensor) -> Outputs:
        """`vector`; raises RecipeError where more dimensions are to be trained than it has."""
        size = int(values.shape[-1])
        if self.dimensions and self.dimensions[0] >= size:
            raise RecipeError(
                f"The vectors of this encoder have {size} dimensions; {self.dimensions[0]} are no part of them.",
                where="embed.dimensions",
                hint=f"use numbers below {size}; a baseline's vectors are shorter than those of a pretrained encoder",
            )
        return {"vector": _normalised(tf.cast(values, tf.float32))}

    def loss(self, expected: tf.Tensor, outputs: Outputs) -> tf.Tensor:
        """Cross-entropy of finding the right text of each row among those of the batch, float32 [B]; the mean over all
        numbers of dimensions."""
        rows = tf.shape(expected)[0]
        vectors = tf.reshape(outputs["vector"], [rows, tf.shape(expected)[1], -1])
        parts = [vectors, *(_normalised(vectors[:, :, :size]) for size in self.dimensions)]
        return tf.add_n([self._loss(expected, part) for part in parts]) / len(parts)

    def metrics(self) -> list[keras.metrics.Metric]:
        """The share of rows whose right text is the nearest of the batch."""
        return [keras.metrics.Mean(name="in_batch_recall_at_1")]

    def update_metrics(self, metrics: Sequence[keras.metrics.Metric], expected: tf.Tensor, outputs: Outputs) -> None:
        """Count B rows."""
        if not metrics:
            return
        rows = tf.shape(expected)[0]
        scores = _scores(expected, tf.reshape(outputs["vector"], [rows, tf.shape(expected)[1], -1]))
        found = tf.argmax(scores, 1, output_type=tf.int32) == tf.range(rows)
        for metric in metrics:
            metric.update_state(tf.cast(found, tf.float32))

    def example_weights(self, expected: Any, weights: np.ndarray) -> np.ndarray:
        """The weights that came with the data, scaled to a mean of 1.

        Args:
            expected: Of N rows.
            weights: float [N], not negative.

        Returns:
            float32 [N] with mean 1.

        Raises:
            RecipeError: all weights are zero.
        """
        return scaled_to_mean_one(weights)

    def explained(self, outputs: Outputs, target: tf.Tensor) -> tf.Tensor:
        """The cosine of each vector with that of the first row, the whole text: float32 [B]; the only target."""
        del target
        return tf.linalg.matvec(outputs["vector"], tf.stop_gradient(outputs["vector"][0]))

    def decode(self, outputs: Outputs) -> Outputs:
        """What is served: `vector`, float32 [B, H]."""
        return {"vector": tf.cast(outputs["vector"], tf.float32)}

    def _loss(self, expected: tf.Tensor, vectors: tf.Tensor) -> tf.Tensor:
        scores = _scores(expected, vectors) / self.temperature
        rows = tf.shape(expected)[0]
        right = tf.linalg.diag_part(scores[:, :rows])
        forward = tf.reduce_logsumexp(scores, 1) - right
        if not self.both_directions:
            return forward
        # Which texts are not negatives is the same from both sides.
        return (forward + tf.reduce_logsumexp(scores[:, :rows], 0) - right) / 2


def _scores(expected: tf.Tensor, vectors: tf.Tensor) -> tf.Tensor:
    """Cosines of each row's text with the right texts of all rows and then with their wrong ones, [B, (T - 1) · B]; of
    a text that is right for the row as well, or is the row's own text, a score that never counts."""
    rows = tf.shape(expected)[0]
    others = tf.reshape(tf.transpose(vectors[:, 1:], [1, 0, 2]), [-1, tf.shape(vectors)[2]])
    scores = tf.matmul(vectors[:, 0], others, transpose_b=True)
    number_of = tf.reshape(tf.transpose(expected[:, 1:]), [1, -1])
    own, right = expected[:, :1], expected[:, 1:2]
    is_right = (number_of == right) | (number_of == own)
    same_text = tf.pad(own == tf.transpose(own), [[0, 0], [0, tf.shape(scores)[1] - rows]])
    is_own = tf.range(rows)[:, tf.newaxis] == tf.range(tf.shape(scores)[1])
    return tf.where((is_right | same_text | (number_of < 0)) & ~is_own, _NEVER, scores)


def _normalised(vectors: tf.Tensor) -> tf.Tensor:
    return tf.math.l2_normalize(vectors, -1)
