"""What a model computes of words, and learns by: a tag for each, from its first token."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.dense_head import dense_head
from bert_tf.models.example_weights import scaled_to_mean_one
from bert_tf.models.task_network import Outputs
from bert_tf.ragged_rows import RaggedRows
from bert_tf.tasks.tag.tag_spans import entity_spans
from bert_tf.tasks.tag.word_tags import tag_names

if TYPE_CHECKING:
    from bert_tf.recipe.schema import Recipe

_NONE = -20.0  # log-odds of a type in a text without words


@dataclasses.dataclass(frozen=True)
class TagNetwork:
    """Tags of words: a `TokenNetwork` with one output, `logits`, float32 [B, L, C].

    Args:
        types: Names of the types of entities; each has two tags, and the first of all tags is outside.
        label_smoothing: Share of the target spread evenly over all tags, in [0, 1).
    """

    reads: ClassVar[Literal["tokens"]] = "tokens"
    types: tuple[str, ...]
    label_smoothing: float = 0.0

    @classmethod
    def of_recipe(cls, recipe: "Recipe", facts: Mapping[str, Any]) -> Self:
        """As a recipe wants it, with `label_names` among a run's facts."""
        settings: Any = recipe.settings
        return cls(tuple(facts["label_names"]), settings.label_smoothing)

    @property
    def _tags(self) -> list[str]:
        return tag_names(self.types)

    def head(self, *, dropout: float, initializer_range: float) -> keras.layers.Layer:
        """Layer from the vectors of tokens, float32 [B, L, H], to logits, float32 [B, L, C]."""
        return dense_head(len(self._tags), name="logits", dropout=dropout, initializer_range=initializer_range)

    def outputs(self, values: tf.Tensor) -> Outputs:
        """`logits`."""
        return {"logits": values}

    def loss(self, expected: tf.Tensor, outputs: Outputs) -> tf.Tensor:
        """Cross-entropy with tags, int32 [B, L], the mean over the words of a row, 0 without any; float32 [B]."""
        logits = outputs["logits"]
        targets = tf.one_hot(expected, len(self._tags), dtype=logits.dtype)
        losses = keras.losses.categorical_crossentropy(
            targets, logits, from_logits=True, label_smoothing=self.label_smoothing
        )
        weights = tf.cast(expected >= 0, losses.dtype)
        return tf.math.divide_no_nan(tf.reduce_sum(losses * weights, 1), tf.reduce_sum(weights, 1))

    def metrics(self) -> list[keras.metrics.Metric]:
        """Share of words with the right tag; entities are measured on held-out rows."""
        return [keras.metrics.SparseCategoricalAccuracy(name="word_accuracy")]

    def update_metrics(self, metrics: Sequence[keras.metrics.Metric], expected: tf.Tensor, outputs: Outputs) -> None:
        """Count words with tags, int32 [B, L]."""
        weights = tf.cast(expected >= 0, tf.float32)
        for metric in metrics:
            metric.update_state(tf.maximum(expected, 0), outputs["logits"], sample_weight=weights)

    def example_weights(self, expected: RaggedRows, weights: np.ndarray) -> np.ndarray:
        """Weight of each training example, as it came with the data, scaled to a mean of 1; float32 [N].

        Raises:
            RecipeError: all weights are zero.
        """
        del expected
        return scaled_to_mean_one(weights)

    def explained(self, outputs: Outputs, target: tf.Tensor) -> tf.Tensor:
        """How much a text speaks for an entity of a type: the log-odds of the type, summed up over the words in the
        way of the largest; float32 [B].

        Args:
            outputs: `logits` of rows with one special token at both ends, float32 [B, L, C].
            target: Which type.
        """
        logits = outputs["logits"][:, 1:-1]
        is_own = (tf.range(len(self._tags)) - 1) // 2 == target
        nothing = tf.constant(-np.inf, logits.dtype)
        own = tf.reduce_logsumexp(tf.where(is_own, logits, nothing), -1)
        odds = own - tf.reduce_logsumexp(tf.where(is_own, nothing, logits), -1)
        return tf.reduce_logsumexp(tf.pad(odds, [[0, 0], [0, 1]], constant_values=_NONE), -1)

    def decode(self, outputs: Outputs) -> Outputs:
        """The tag of each token by itself.

        Returns:
            `labels` string [B, L], such as B-PER, and `scores` float32 [B, L], the probability of it.
        """
        probabilities = _probabilities(outputs)
        return {
            "labels": tf.gather(tf.constant(self._tags), tf.argmax(probabilities, -1)),
            "scores": tf.reduce_max(probabilities, -1),
        }

    def decode_words(self, outputs: Outputs, *, starts: tf.RaggedTensor, ends: tf.RaggedTensor) -> Outputs:
        """The entities of each text, in the order of the text.

        Returns:
            `count` int32 [B], how many there are; `starts` and `ends` int32 [B, most], first character and the one
            behind the last; `labels` string [B, most], their types; `scores` float32 [B, most], the mean probability of
            their words' tags; `mentions` float32 [B, types], for each type the largest probability of a word; `margin`
            float32 [B], by how much the probability of a word's tag is above that of the next, at least.
        """
        probabilities = _probabilities(outputs)
        is_word = tf.sequence_mask(starts.row_lengths(), tf.shape(probabilities)[1])
        tags = tf.where(is_word, tf.argmax(probabilities, -1, tf.int32), 0)
        spans = entity_spans(tags, tf.reduce_max(probabilities, -1), starts=starts.to_tensor(), ends=ends.to_tensor())
        names = spans.types.with_flat_values(tf.gather(tf.constant(self.types), spans.types.flat_values))
        return {
            "count": tf.cast(spans.starts.row_lengths(), tf.int32),
            "starts": spans.starts.to_tensor(),
            "ends": spans.ends.to_tensor(),
            "labels": names.to_tensor(),
            "scores": spans.scores.to_tensor(),
            "mentions": self._mentions(probabilities, is_word),
            "margin": _margin(probabilities, is_word),
        }

    def _mentions(self, probabilities: tf.Tensor, is_word: tf.Tensor) -> tf.Tensor:
        shape = tf.shape(probabilities)
        by_type = tf.reshape(probabilities[..., 1:], [shape[0], shape[1], len(self.types), 2])
        of_words = tf.where(is_word[..., tf.newaxis], tf.reduce_sum(by_type, -1), 0.0)
        return tf.reduce_max(tf.pad(of_words, [[0, 0], [0, 1], [0, 0]]), 1)


def _margin(probabilities: tf.Tensor, is_word: tf.Tensor) -> tf.Tensor:
    best, second = tf.unstack(tf.math.top_k(probabilities, 2).values, axis=-1)
    gaps = tf.where(is_word, best - second, 1.0)
    return tf.reduce_min(tf.pad(gaps, [[0, 0], [0, 1]], constant_values=1.0), 1)


def _probabilities(outputs: Outputs) -> tf.Tensor:
    """Softmax over tags, float32 [B, L, C]."""
    return tf.nn.softmax(tf.cast(outputs["logits"], tf.float32))
