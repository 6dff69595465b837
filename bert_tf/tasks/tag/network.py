"""What a model computes of words, and learns by: a tag for each, of its first token or of the mean of its tokens."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
import tensorflow as tf
import tf_keras as keras

from bert_tf.batches.word_targets import INSIDE_WORD
from bert_tf.models.dense_head import dense_head
from bert_tf.models.example_weights import scaled_to_mean_one
from bert_tf.models.task_network import Outputs, WordTokens
from bert_tf.ragged_rows import RaggedRows
from bert_tf.tasks.tag.crf import WordChains, best_tags, log_likelihood, log_marginals
from bert_tf.tasks.tag.crf_head import CrfHead
from bert_tf.tasks.tag.joined_words import begun_where_they_may
from bert_tf.tasks.tag.tag_spans import entity_spans
from bert_tf.tasks.tag.word_means import means_of_words
from bert_tf.tasks.tag.word_tags import tag_names

if TYPE_CHECKING:
    from bert_tf.recipe.schema import Recipe

_NONE = -20.0  # log-odds of a type in a text without words


@dataclasses.dataclass(frozen=True)
class TagNetwork:
    """Tags of words: a `TokenNetwork` whose output is `logits`, float32 [B, L, C], with `crf` beside `transitions`, as
    of `CrfHead`.

    Args:
        types: Names of the types of entities; each has two tags, and the first of all tags is outside.
        label_smoothing: Share of the target spread evenly over all tags, in [0, 1); 0 with `crf`.
        crf: Whether the tags of a text are judged together, by a conditional random field, and not each by itself.
        mean_of_pieces: Whether a word's values are the mean over its tokens, and not those of its first.
        counts_bytes: Whether places are served in bytes of UTF-8, and not in characters.
        joining_marks: Behind which, without a blank between, no entity begins.
    """

    reads: ClassVar[Literal["tokens"]] = "tokens"
    separable: ClassVar[bool] = True
    types: tuple[str, ...]
    label_smoothing: float = 0.0
    crf: bool = False
    mean_of_pieces: bool = False
    counts_bytes: bool = False
    joining_marks: str = ""

    @classmethod
    def of_recipe(cls, recipe: "Recipe", facts: Mapping[str, Any]) -> Self:
        """As a recipe wants it, with `label_names` and what `align` learned among a run's facts."""
        settings: Any = recipe.settings
        return cls(
            tuple(facts["label_names"]),
            settings.label_smoothing,
            crf=settings.head == "crf",
            mean_of_pieces=settings.word_vector == "mean of pieces",
            counts_bytes=settings.offsets == "bytes",
            # Runs from before there were such marks learned all words.
            joining_marks=facts.get("joining_marks", ""),
        )

    @property
    def _tags(self) -> list[str]:
        return tag_names(self.types)

    @property
    def row_outputs(self) -> Collection[str]:
        """`transitions`, which only a conditional random field has."""
        return ("transitions",)

    def head(self, *, dropout: float, initializer_range: float) -> keras.layers.Layer:
        """Layer from the vectors of tokens, float32 [B, L, H], to logits, float32 [B, L, C]; see `CrfHead`."""
        if self.crf:
            return CrfHead(len(self.types), dropout=dropout, initializer_range=initializer_range)
        return dense_head(len(self._tags), name="logits", dropout=dropout, initializer_range=initializer_range)

    def outputs(self, values: tf.Tensor) -> Outputs:
        """`logits`, and `transitions` of a conditional random field."""
        return dict(values) if self.crf else {"logits": values}

    def loss(self, expected: tf.Tensor, outputs: Outputs) -> tf.Tensor:
        """Minus the log of the probability of the tags, int32 [B, L], by the words of a row, 0 without any; float32
        [B]. Each word counts by itself, cross-entropy, or all are one sequence."""
        logits, is_word = self._of_words(expected, outputs), expected >= 0
        words = tf.reduce_sum(tf.cast(is_word, logits.dtype), 1)
        losses = self._chain_losses if self.crf else self._word_losses
        return tf.math.divide_no_nan(losses(expected, {**outputs, "logits": logits}, is_word), words)

    def _of_words(self, expected: tf.Tensor, outputs: Outputs) -> tf.Tensor:
        tokens = WordTokens(begins=expected >= 0, inside=expected == INSIDE_WORD)
        return self.read_words(outputs, tokens)["logits"]

    def _word_losses(self, expected: tf.Tensor, outputs: Outputs, is_word: tf.Tensor) -> tf.Tensor:
        logits = outputs["logits"]
        losses = keras.losses.categorical_crossentropy(
            tf.one_hot(expected, len(self._tags), dtype=logits.dtype),
            logits,
            from_logits=True,
            label_smoothing=self.label_smoothing,
        )
        return tf.reduce_sum(losses * tf.cast(is_word, losses.dtype), 1)

    def _chain_losses(self, expected: tf.Tensor, outputs: Outputs, is_word: tf.Tensor) -> tf.Tensor:
        lengths = tf.reduce_sum(tf.cast(is_word, tf.int64), 1)
        emissions, tags = (
            tf.RaggedTensor.from_row_lengths(tf.boolean_mask(each, is_word), lengths, validate=False).to_tensor()
            for each in (outputs["logits"], expected)
        )
        return -log_likelihood(WordChains(emissions, outputs["transitions"], lengths), tags)

    def metrics(self) -> list[keras.metrics.Metric]:
        """Share of words with the right tag, each by itself; entities are measured on held-out rows."""
        return [keras.metrics.SparseCategoricalAccuracy(name="word_accuracy")]

    def update_metrics(self, metrics: Sequence[keras.metrics.Metric], expected: tf.Tensor, outputs: Outputs) -> None:
        """Count words with tags, int32 [B, L]."""
        weights, logits = tf.cast(expected >= 0, tf.float32), self._of_words(expected, outputs)
        for metric in metrics:
            metric.update_state(tf.maximum(expected, 0), logits, sample_weight=weights)

    def example_weights(self, expected: RaggedRows, weights: np.ndarray) -> np.ndarray:
        """Weight of each training example, as it came with the data, scaled to a mean of 1; float32 [N].

        Raises:
            RecipeError: all weights are zero.
        """
        del expected
        return scaled_to_mean_one(weights)

    def read_words(self, outputs: Outputs, tokens: WordTokens) -> Outputs:
        """See `TokenNetwork`."""
        if not self.mean_of_pieces:
            return outputs
        return {**outputs, "logits": means_of_words(outputs["logits"], tokens)}

    def join(self, outputs: Outputs, lengths: tf.Tensor, joined_to: tf.Tensor | None = None) -> Outputs:
        """The tags of words; see `begun_where_they_may`.

        Returns:
            `logits`, float32 [B, words, C], whose softmax are the probabilities of each word's tags; `tags` int32
            [B, words], outside behind the last word of a text; `gaps` float32 [B, words], by how much the probability
            of the tag is above that of the next; of a conditional random field, among the two of the best sequence and
            the best that has another tag there.
        """
        logits = tf.cast(outputs["logits"], tf.float32)
        is_word = tf.sequence_mask(lengths, tf.shape(logits)[1])
        if self.crf:
            chains = WordChains(logits, outputs["transitions"], lengths)
            (tags, above), logits = best_tags(chains), log_marginals(chains)
            gaps = tf.tanh(above / 2)
        else:
            best, second = tf.unstack(tf.math.top_k(tf.nn.softmax(logits), 2).values, axis=-1)
            tags, gaps = tf.argmax(logits, -1, tf.int32), best - second
        tags = tf.where(is_word, tags, 0)
        if joined_to is not None and self.joining_marks:
            tags = begun_where_they_may(tags, joined_to, self.joining_marks)
        return {"logits": logits, "tags": tags, "gaps": gaps}

    def explained(self, outputs: Outputs, target: tf.Tensor) -> tf.Tensor:
        """How much a text speaks for an entity of a type: the log-odds of the type, summed up over the words in the
        way of the largest; float32 [B].

        Args:
            outputs: `logits` of words, float32 [B, words, C].
            target: Which type.
        """
        logits = outputs["logits"]
        is_own = (tf.range(len(self._tags)) - 1) // 2 == target
        nothing = tf.constant(-np.inf, logits.dtype)
        own = tf.reduce_logsumexp(tf.where(is_own, logits, nothing), -1)
        odds = own - tf.reduce_logsumexp(tf.where(is_own, nothing, logits), -1)
        return tf.reduce_logsumexp(tf.pad(odds, [[0, 0], [0, 1]], constant_values=_NONE), -1)

    def decode(self, outputs: Outputs) -> Outputs:
        """The tag of each word.

        Returns:
            `labels` string [B, words], such as B-PER, and `scores` float32 [B, words], the probability of it.
        """
        return {
            "labels": tf.gather(tf.constant(self._tags), outputs["tags"]),
            "scores": tf.gather(_probabilities(outputs), outputs["tags"], batch_dims=2),
        }

    def decode_words(self, outputs: Outputs, *, starts: tf.RaggedTensor, ends: tf.RaggedTensor) -> Outputs:
        """The entities of each text, in the order of the text.

        Returns:
            `count` int32 [B], how many there are; `starts` and `ends` int32 [B, most], first character, or byte, and
            the one behind the last; `labels` string [B, most], their types; `scores` float32 [B, most], the mean
            probability of their words' tags; `mentions` float32 [B, types], for each type the largest probability of a
            word; `margin` float32 [B], the least of the words' `gaps`.
        """
        probabilities, tags = _probabilities(outputs), outputs["tags"]
        is_word = tf.sequence_mask(starts.row_lengths(), tf.shape(probabilities)[1])
        scores = tf.gather(probabilities, tags, batch_dims=2)
        spans = entity_spans(tags, scores, starts=starts.to_tensor(), ends=ends.to_tensor())
        names = spans.types.with_flat_values(tf.gather(tf.constant(self.types), spans.types.flat_values))
        return {
            "count": tf.cast(spans.starts.row_lengths(), tf.int32),
            "starts": spans.starts.to_tensor(),
            "ends": spans.ends.to_tensor(),
            "labels": names.to_tensor(),
            "scores": spans.scores.to_tensor(),
            "mentions": self._mentions(probabilities, is_word),
            "margin": _least(outputs["gaps"], is_word),
        }

    def _mentions(self, probabilities: tf.Tensor, is_word: tf.Tensor) -> tf.Tensor:
        shape = tf.shape(probabilities)
        by_type = tf.reshape(probabilities[..., 1:], [shape[0], shape[1], len(self.types), 2])
        of_words = tf.where(is_word[..., tf.newaxis], tf.reduce_sum(by_type, -1), 0.0)
        return tf.reduce_max(tf.pad(of_words, [[0, 0], [0, 1], [0, 0]]), 1)


def _least(gaps: tf.Tensor, is_word: tf.Tensor) -> tf.Tensor:
    """Of the words of each text, 1 without any."""
    return tf.reduce_min(tf.pad(tf.where(is_word, gaps, 1.0), [[0, 0], [0, 1]], constant_values=1.0), 1)


def _probabilities(outputs: Outputs) -> tf.Tensor:
    """Softmax over tags, float32 [B, words, C]."""
    return tf.nn.softmax(outputs["logits"])
