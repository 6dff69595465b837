"""Task `rank`: two towers over one encoder, an item's text and the texts of a user's history.

The loss is the softmax over the items of the batch, corrected for how often each is there (Yi et al., "Sampling-Bias-
Corrected Neural Modeling for Large Corpus Item Recommendations", 2019, https://doi.org/10.1145/3298689.3346996). The
data is at hand and is not a stream, so that how often is counted and not estimated.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.example_weights import scaled_to_mean_one
from bert_tf.models.item_features import ItemFeatures
from bert_tf.models.task_network import Outputs
from bert_tf.tasks.rank.tower_head import ATTENTION, TowerHead

if TYPE_CHECKING:
    from bert_tf.recipe.schema import Recipe

_NEVER = -1e9  # a score that adds nothing to the sum of exponentials


@dataclasses.dataclass(frozen=True)
class RankNetwork:
    """Two towers: a `HistoryNetwork`.

    Outputs are of texts: `vector`, float32 [B, H], an item's, of length 1; `value`, float32 [B, H], and `attention`,
    float32 [B, 2], or [B, 3] with age, of which a user's vector is made. Expected are numbers of texts, int32
    [B, 2 + N], 0 for none: how many training events the row's item has, the item, and its user's history, the newest
    item first; with age, behind them the bits of float32 [B, N], how long ago these were liked. A batch has the
    different texts of its rows, ascending by number, the text 0 first.

    Args:
        temperature: What cosines are divided by.
        history: Items of a history that are read, at most.
        is_corrected: Whether the loss makes up for popular items being in more batches.
        features: What is read of an item beside its text, if anything.
        age_unit: What ages are divided by, above 0; None where they are not read.
    """

    reads: ClassVar[Literal["pooled"]] = "pooled"
    separable: ClassVar[bool] = False
    temperature: float = 0.05
    history: int = 20
    is_corrected: bool = True
    features: ItemFeatures | None = None
    age_unit: float | None = None

    @classmethod
    def of_recipe(cls, recipe: "Recipe", facts: Mapping[str, Any]) -> Self:
        """As a recipe wants it, with the features that its facts tell of."""
        settings: Any = recipe.settings
        return cls(
            settings.temperature,
            settings.history,
            settings.popularity_correction,
            ItemFeatures.of_facts(facts),
            facts.get("age_unit"),
        )

    @property
    def reads_age(self) -> bool:
        """Whether attention depends on how long ago an item was liked."""
        return self.age_unit is not None

    def head(self, *, dropout: float, initializer_range: float) -> keras.layers.Layer:
        """Layer from pooled texts, float32 [B, H], to the values of both towers, as of `head_values`."""
        features = 0 if self.features is None else self.features.size
        return TowerHead(initializer_range, features=features, reads_age=self.reads_age)

    def head_values(self, size: int) -> int:
        """How many values the head gives of a text whose vector has so many numbers."""
        return 2 * size + self._attention

    def outputs(self, values: tf.Tensor) -> Outputs:
        """`vector`, `value` and `attention`."""
        size = (int(values.shape[-1]) - self._attention) // 2
        item, value, attention = tf.split(tf.cast(values, tf.float32), [size, size, self._attention], -1)
        return {"vector": tf.math.l2_normalize(item, -1), "value": value, "attention": attention}

    def users(self, outputs: Outputs, histories: tf.Tensor, ages: tf.Tensor | None = None) -> tf.Tensor:
        """The vectors of users, of length 1, float32 [B, H]: softmax attention over the values of their histories.

        The attention of an item falls with a power of its place, the newest being the first; which power, and how much
        it gets at first, is a matter of its text. The text 0 always belongs to a history: without others it is the
        user of whom nothing is known. With age it falls with a power of the time since then as well.

        Args:
            outputs: Of texts by number, or of those that the numbers of `histories` are places of.
            histories: int [B, N], the newest first and 0 for none.
            ages: How long ago the items were liked, float32 [B, N], in the unit of the events' times; what is negative
                or NaN counts as now. Read only with `age_unit`.
        """
        texts = tf.pad(histories, [[0, 0], [0, 1]])
        attention = tf.gather(outputs["attention"], texts)
        place = tf.math.log1p(tf.cast(tf.range(tf.shape(histories)[1]), tf.float32))
        scores = attention[..., 0] - tf.nn.softplus(attention[..., 1]) * tf.pad(place, [[0, 1]])
        if self.age_unit is not None and ages is not None:
            known = tf.where(ages > 0, ages / self.age_unit, 0.0)
            scores -= attention[..., 2] * tf.pad(tf.math.log1p(known), [[0, 0], [0, 1]])
        is_there = tf.pad(histories > 0, [[0, 0], [0, 1]], constant_values=True)
        weights = tf.nn.softmax(tf.where(is_there, scores, _NEVER), -1)
        return tf.math.l2_normalize(tf.einsum("bn,bnh->bh", weights, tf.gather(outputs["value"], texts)), -1)

    def loss(self, expected: tf.Tensor, outputs: Outputs) -> tf.Tensor:
        """Cross-entropy of finding the item of each row among those of the batch, float32 [B]."""
        scores = self._scores(expected, outputs)
        return tf.reduce_logsumexp(scores, 1) - tf.linalg.diag_part(scores)

    def metrics(self) -> list[keras.metrics.Metric]:
        """The share of rows whose item comes first of the batch."""
        return [keras.metrics.Mean(name="in_batch_recall_at_1")]

    def update_metrics(self, metrics: Sequence[keras.metrics.Metric], expected: tf.Tensor, outputs: Outputs) -> None:
        """Count B rows."""
        if not metrics:
            return
        found = tf.argmax(self._scores(expected, outputs), 1, output_type=tf.int32) == tf.range(tf.shape(expected)[0])
        for metric in metrics:
            metric.update_state(tf.cast(found, tf.float32))

    def example_weights(self, expected: Any, weights: np.ndarray) -> np.ndarray:
        """The weights that came with the data, scaled to a mean of 1: float32 [N]; RecipeError where all are zero."""
        return scaled_to_mean_one(weights)

    def explained(self, outputs: Outputs, target: tf.Tensor) -> tf.Tensor:
        """The cosine of each item's vector with that of the first row, the whole text: float32 [B]; the only target."""
        del target
        return tf.linalg.matvec(outputs["vector"], tf.stop_gradient(outputs["vector"][0]))

    def decode(self, outputs: Outputs) -> Outputs:
        """What is served of single texts: `vector`, float32 [B, H]."""
        return {"vector": tf.cast(outputs["vector"], tf.float32)}

    def _scores(self, expected: tf.Tensor, outputs: Outputs) -> tf.Tensor:
        """Of each row's user with the item of each row, [B, B]; of an item that is right for the user as well, or was
        before, a score that never counts."""
        counts, items = expected[:, 0], expected[:, 1]
        histories, ages = self._split(expected[:, 2:])
        texts = tf.concat([[0], items, tf.reshape(histories, [-1])], 0)
        numbers = tf.unique(tf.sort(texts)).y
        vectors = tf.gather(outputs["vector"], tf.searchsorted(numbers, items))
        places = tf.reshape(tf.searchsorted(numbers, tf.reshape(histories, [-1])), tf.shape(histories))
        scores = tf.matmul(self.users(outputs, places, ages), vectors, transpose_b=True) / self.temperature
        if self.is_corrected:
            scores -= tf.math.log(tf.cast(counts, tf.float32))
        is_liked = tf.reduce_any(histories[:, :, tf.newaxis] == items, 1) | (items[:, tf.newaxis] == items)
        is_own = tf.eye(tf.shape(items)[0], dtype=tf.bool)
        return tf.where(is_liked & ~is_own, _NEVER, scores)

    def _split(self, read: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor | None]:
        """Histories, and ages where they are read."""
        if not self.reads_age:
            return read, None
        histories, bits = tf.split(read, 2, 1)
        return histories, tf.bitcast(bits, tf.float32)

    @property
    def _attention(self) -> int:
        return ATTENTION + self.reads_age
