"""Task `multitask`: the heads of other tasks over one vector of a text, which one pass of the encoder gives."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, cast

import numpy as np
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.task_network import Outputs, TaskNetwork, TextNetwork
from bert_tf.tasks.multitask.heads import Head, part_of, recipe_of, with_name
from bert_tf.tasks.multitask.heads_layer import LOG_VARIANCES, HeadsLayer
from bert_tf.tasks.multitask.stored_labels import StoredLabels, stored_labels

if TYPE_CHECKING:
    from bert_tf.recipe.schema import Recipe


@dataclasses.dataclass(frozen=True)
class HeadNetwork:
    """A head's part of the network.

    Attributes:
        name: Of the head.
        network: Of its task.
        stored: Where its labels stand.
        weight: What its loss is multiplied by.
        targets: What an explanation of it can be of: how many.
    """

    name: str
    network: TaskNetwork
    stored: StoredLabels
    weight: float
    targets: int

    def labels(self, rows: tf.Tensor) -> tf.Tensor:
        """Labels as its task stores them, [B, …], of expected values, float32 [B, W]."""
        numbers = rows[:, self.stored.start + 1 : self.stored.stop]
        return tf.cast(tf.reshape(numbers, [-1, *self.stored.shape]), self.stored.dtype)

    def loss(self, rows: tf.Tensor, outputs: Outputs) -> tf.Tensor:
        """Of each row, float32 [B]; 0 where there is no label."""
        losses = self.network.loss(self.labels(rows), part_of(self.name, outputs))
        return tf.where(self.stored.has_label(rows), losses, 0.0)


@dataclasses.dataclass(frozen=True)
class MultitaskNetwork:
    """A `TaskNetwork` made of others. Outputs are those of each head with its name in front, `sentiment.logits`;
    expected values are rows of `StoredLabels`, float32 [B, W].

    Losses and weights of examples are [B, K], one for each of K heads: a row without a label of a head weighs nothing
    there, and the others' weights have a mean over all rows of 1, so that the loss of a head is the mean over the rows
    that have a label of it, whatever their share.

    Args:
        heads: In the order of the recipe.
        learned: Whether each loss L counts as exp(-s) L + s / 2 with an s of its own that is learned, the logarithm of
            a variance (Kendall, Gal & Cipolla 2018, https://arxiv.org/abs/1705.07115).
    """

    reads: ClassVar[Literal["pooled"]] = "pooled"
    separable: ClassVar[bool] = True
    heads: tuple[HeadNetwork, ...]
    learned: bool = False

    @classmethod
    def of_recipe(cls, heads: Sequence[Head], recipe: "Recipe", facts: Mapping[str, Any]) -> Self:
        """As a recipe wants it, with the facts of each head."""
        stored, settings = stored_labels([head.name for head in heads], facts), cast(Any, recipe.settings)
        made = []
        for head in heads:
            own = part_of(head.name, facts)
            network, targets = head.task.network(recipe_of(head, recipe), own), len(head.task.serving(own).targets)
            made.append(HeadNetwork(head.name, network, stored[head.name], head.table.get("weight", 1.0), targets))
        return cls(tuple(made), settings.loss_weights == "learned")

    def head(self, *, dropout: float, initializer_range: float) -> keras.layers.Layer:
        """Layer from a pooled text, float32 [B, H], to what each head's own layer gives, by name."""
        layers = {
            head.name: head.network.head(dropout=dropout, initializer_range=initializer_range) for head in self.heads
        }
        return HeadsLayer(layers, learned=self.learned)

    def outputs(self, values: Mapping[str, tf.Tensor]) -> Outputs:
        """Those of each head; where losses are weighed by what is learned, `log_variances`, float32 [B, K], too."""
        found: Outputs = {}
        for head in self.heads:
            found |= with_name(head.name, head.network.outputs(values[head.name]))
        return found | ({LOG_VARIANCES: values[LOG_VARIANCES]} if self.learned else {})

    def loss(self, expected: tf.Tensor, outputs: Outputs) -> tf.Tensor:
        """Of each row and head, float32 [B, K], whose mean over both is the sum over heads of the mean over rows."""
        losses = tf.stack([head.weight * head.loss(expected, outputs) for head in self.heads], 1)
        if self.learned:
            logarithms = outputs[LOG_VARIANCES]
            has_label = tf.stack([head.stored.has_label(expected) for head in self.heads], 1)
            losses = tf.where(has_label, tf.exp(-logarithms) * losses + logarithms / 2, 0.0)
        return len(self.heads) * losses

    def metrics(self) -> list[keras.metrics.Metric]:
        """The loss of each head."""
        return [keras.metrics.Mean(name=f"{head.name}.loss") for head in self.heads]

    def update_metrics(self, metrics: Sequence[keras.metrics.Metric], expected: tf.Tensor, outputs: Outputs) -> None:
        """Count the rows that have a label of the head."""
        for metric, head in zip(metrics, self.heads, strict=True):
            counts = tf.cast(head.stored.has_label(expected), tf.float32)
            metric.update_state(head.loss(expected, outputs), sample_weight=counts)

    def example_weights(self, expected: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Weights of each training row for each head, float32 [N, K], with a mean over all rows of 1.

        Raises:
            RecipeError: the weights of a head don't fit the data, or all are zero.
        """
        found = np.zeros((len(expected), len(self.heads)), np.float32)
        for place, head in enumerate(self.heads):
            has_label = head.stored.has_label(expected)
            labels = head.stored.labels(expected[has_label])
            own = head.network.example_weights(labels, weights[has_label])
            found[has_label, place] = own * (len(expected) / len(labels))
        return found

    def merge(self, outputs: Outputs, *, weights: tf.Tensor, text_of: tf.Tensor, texts: int | tf.Tensor) -> Outputs:
        """As each head merges its windows; see `TextNetwork`."""
        found: Outputs = {}
        for head in self.heads:
            network = cast(TextNetwork, head.network)
            own = part_of(head.name, outputs)
            found |= with_name(head.name, network.merge(own, weights=weights, text_of=text_of, texts=texts))
        if self.learned:
            found[LOG_VARIANCES] = tf.math.unsorted_segment_max(outputs[LOG_VARIANCES], text_of, texts)
        return found

    def explained(self, outputs: Outputs, target: tf.Tensor) -> tf.Tensor:
        """What the head that a target is of explains, float32 [B]; targets of the heads stand one behind the other."""
        found, start = tf.constant(0.0), 0
        for head in self.heads:
            place = tf.clip_by_value(target - start, 0, head.targets - 1)
            is_own = (target >= start) & (target < start + head.targets)
            own = head.network.explained(part_of(head.name, outputs), place)
            found, start = tf.where(is_own, own, found), start + head.targets
        return found

    def decode(self, outputs: Outputs) -> Outputs:
        """What each head serves, with its name in front: `sentiment.probabilities`."""
        found: Outputs = {}
        for head in self.heads:
            found |= with_name(head.name, head.network.decode(part_of(head.name, outputs)))
        return found
