"""What a model computes of sets of labels, and learns by: each label is a yes or no of its own."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, cast

import numpy as np
import tensorflow as tf
import tf_keras as keras

from bert_tf.data.labels import label_name
from bert_tf.errors import RecipeError
from bert_tf.models.dense_head import dense_head
from bert_tf.models.example_weights import scaled_to_mean_one
from bert_tf.models.task_network import Outputs
from bert_tf.tasks.multilabel.answered_labels import thresholds_of
from bert_tf.tasks.multilabel.settings import MultilabelSettings

if TYPE_CHECKING:
    from bert_tf.recipe.schema import Recipe

_RAREST = 1e-3  # share of a label that the head begins with
_LEAST = 1e-7  # probability: float32 tells no less from 0 on both sides


@dataclasses.dataclass(frozen=True)
class MultilabelNetwork:
    """Binary classification by each label: a `TaskNetwork` with one output, `logits`, float32 [B, C].

    Args:
        label_names: Names of the labels; the position is the id. At least one.
        thresholds: Of probabilities; from there on a text gets the label.
        positive_weights: What the loss of a text that has the label is multiplied by.
        label_shares: Of the training texts that have the label.
    """

    reads: ClassVar[Literal["pooled"]] = "pooled"
    separable: ClassVar[bool] = True
    label_names: tuple[str, ...]
    thresholds: tuple[float, ...]
    positive_weights: tuple[float, ...]
    label_shares: tuple[float, ...]

    @classmethod
    def of_recipe(cls, recipe: "Recipe", facts: Mapping[str, Any]) -> Self:
        """As a recipe wants it, with `label_names`, `label_shares` and, once they are chosen, `thresholds`.

        Raises:
            RecipeError: a positive weight names no label.
        """
        names = tuple(facts["label_names"])
        settings = cast(MultilabelSettings, recipe.settings)
        weights = _positive_weights(settings.positive_weights, names, facts["label_shares"])
        return cls(names, tuple(map(float, thresholds_of(facts))), weights, tuple(facts["label_shares"]))

    def head(self, *, dropout: float, initializer_range: float) -> keras.layers.Layer:
        """Layer from a pooled text, float32 [B, H], to logits, float32 [B, C].

        It begins with the frequencies of the labels (Lin et al. 2017, https://arxiv.org/abs/1708.02002, section 4.1):
        from 0.5 on, the first steps would teach the encoder that labels are rare, and make all texts alike to it.
        """
        shares = np.clip(self.label_shares, _RAREST, 1 - _RAREST)
        biases = np.log(np.array(self.positive_weights) * shares / (1 - shares))
        return dense_head(
            len(self.label_names),
            name="logits",
            dropout=dropout,
            initializer_range=initializer_range,
            bias_initializer=keras.initializers.Constant(biases),
        )

    def outputs(self, values: tf.Tensor) -> Outputs:
        """`logits`."""
        return {"logits": values}

    def loss(self, expected: tf.Tensor, outputs: Outputs) -> tf.Tensor:
        """Binary cross-entropy with bool [B, C], the mean over labels; one value for each example."""
        logits = outputs["logits"]
        weights = tf.constant(self.positive_weights, logits.dtype)
        losses = tf.nn.weighted_cross_entropy_with_logits(tf.cast(expected, logits.dtype), logits, weights)
        return tf.reduce_mean(losses, -1)

    def metrics(self) -> list[keras.metrics.Metric]:
        """None: what depends on thresholds is measured once they are chosen, and not while training."""
        return []

    def update_metrics(self, metrics: Sequence[keras.metrics.Metric], expected: tf.Tensor, outputs: Outputs) -> None:
        """Nothing to count."""

    def example_weights(self, expected: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Weight of each training example, as it came with the data, scaled to a mean of 1; float32 [N].

        Raises:
            RecipeError: all weights are zero.
        """
        del expected  # labels are weighed in the loss, each by itself
        return scaled_to_mean_one(weights)

    def merge(self, outputs: Outputs, *, weights: tf.Tensor, text_of: tf.Tensor, texts: int | tf.Tensor) -> Outputs:
        """The logits of texts whose windows were read one by one: of the weighted mean of the windows' probabilities.

        Args:
            outputs: Of W windows.
            weights: Of windows, above 0, such as their tokens; float32 [W].
            text_of: The text that a window is of, int [W]; each text has one.
            texts: T, how many there are.

        Returns:
            `logits`, float32 [T, C].
        """
        sums = tf.math.unsorted_segment_sum(_probabilities(outputs) * weights[:, tf.newaxis], text_of, texts)
        means = sums / tf.math.unsorted_segment_sum(weights, text_of, texts)[:, tf.newaxis]
        inside = tf.clip_by_value(means, _LEAST, 1 - _LEAST)
        return {"logits": tf.math.log(inside) - tf.math.log1p(-inside)}

    def explained(self, outputs: Outputs, target: tf.Tensor) -> tf.Tensor:
        """The logit of a label, float32 [B]: the log-odds of its probability."""
        return tf.gather(outputs["logits"], target, axis=1)

    def decode(self, outputs: Outputs) -> Outputs:
        """What is served.

        Returns:
            `probabilities` float32 [B, C] and `selected` bool [B, C], in label order.
        """
        probabilities = _probabilities(outputs)
        return {"probabilities": probabilities, "selected": probabilities >= tf.constant(self.thresholds)}


def _probabilities(outputs: Outputs) -> tf.Tensor:
    """Of each label by itself, float32 [B, C]."""
    return tf.math.sigmoid(tf.cast(outputs["logits"], tf.float32))


def _positive_weights(
    wanted: str | Mapping[str, float], names: Sequence[str], shares: Sequence[float]
) -> tuple[float, ...]:
    if isinstance(wanted, str):
        if wanted == "none":
            return (1.0,) * len(names)
        return tuple((1 - share) / share if share else 1.0 for share in shares)
    named = {label_name(label): weight for label, weight in wanted.items()}
    unknown = sorted(set(named) - set(names))
    if unknown:
        raise RecipeError(
            f"The training data has no label {', '.join(map(repr, unknown))}.",
            where="multilabel.positive_weights",
            hint=f"the labels are {', '.join(map(repr, names))}",
        )
    return tuple(named.get(name, 1.0) for name in names)
