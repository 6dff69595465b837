"""Task `classify`: one label out of two or more for each text.

The task owns everything that depends on what a label is: which names there are, the head, the loss, the training
metrics, the weight of an example and how outputs become an answer. The encoder and the batches know none of it.
"""

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
from bert_tf.tasks.classify.settings import ClassifySettings

if TYPE_CHECKING:
    from bert_tf.recipe.schema import Recipe

_LEAST = 1e-37  # probability whose logarithm is still a number


@dataclasses.dataclass(frozen=True)
class ClassifyNetwork:
    """Single-label classification: a `TaskNetwork` with one output, `logits`, float32 [B, C].

    Args:
        label_names: Names of the classes; the position is the id. At least two.
        label_smoothing: Share of the target spread evenly over all classes, in [0, 1).
            Szegedy et al. 2016, https://arxiv.org/abs/1512.00567.
        class_weights: "none", "balanced" (n / (classes · n_class), as scikit-learn's) or one weight per label name;
            names that are left out weigh 1.
    """

    reads: ClassVar[Literal["pooled"]] = "pooled"
    separable: ClassVar[bool] = True
    label_names: tuple[str, ...]
    label_smoothing: float = 0.0
    class_weights: str | Mapping[str, float] = "none"

    @classmethod
    def of_recipe(cls, recipe: "Recipe", facts: Mapping[str, Any]) -> Self:
        """As a recipe wants it, with the `label_names` among a run's facts."""
        settings = cast(ClassifySettings, recipe.settings)
        weights = settings.class_weights
        named = (
            weights if isinstance(weights, str) else {label_name(label): weight for label, weight in weights.items()}
        )
        return cls(tuple(facts["label_names"]), settings.label_smoothing, named)

    def head(self, *, dropout: float, initializer_range: float) -> keras.layers.Layer:
        """Layer from a pooled text, float32 [B, H], to logits, float32 [B, C]."""
        return dense_head(len(self.label_names), name="logits", dropout=dropout, initializer_range=initializer_range)

    def outputs(self, values: tf.Tensor) -> Outputs:
        """`logits`."""
        return {"logits": values}

    def loss(self, expected: tf.Tensor, outputs: Outputs) -> tf.Tensor:
        """Cross-entropy with label ids, int32 [B]; one value for each example."""
        logits = outputs["logits"]
        targets = tf.one_hot(tf.reshape(expected, [-1]), len(self.label_names), dtype=logits.dtype)
        return keras.losses.categorical_crossentropy(
            targets, logits, from_logits=True, label_smoothing=self.label_smoothing
        )

    def metrics(self) -> list[keras.metrics.Metric]:
        """What is shown while training; the whole list of a split's metrics is made by `metrics.py`."""
        return [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]

    def update_metrics(self, metrics: Sequence[keras.metrics.Metric], expected: tf.Tensor, outputs: Outputs) -> None:
        """Count examples with label ids, int32 [B]."""
        for metric in metrics:
            metric.update_state(expected, outputs["logits"])

    def example_weights(self, expected: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Weight of each training example: class weight × own weight, scaled to a mean of 1.

        Args:
            expected: Label ids, int [N].
            weights: Weights that came with the data, float [N], not negative.

        Returns:
            float32 [N] with mean 1.

        Raises:
            RecipeError: a class weight names no label, or all weights are zero.
        """
        return scaled_to_mean_one(
            weights.astype(np.float64) * self._weight_of_each_class(expected)[expected],
            where="data.weight, classify.class_weights",
            hint="remove data.weight, or give at least one class a weight above 0",
        )

    def _weight_of_each_class(self, labels: np.ndarray) -> np.ndarray:
        if isinstance(self.class_weights, str):
            if self.class_weights == "none":
                return np.ones(len(self.label_names))
            counts = np.bincount(labels, minlength=len(self.label_names))
            return len(labels) / (len(self.label_names) * np.maximum(counts, 1))
        unknown = sorted(set(self.class_weights) - set(self.label_names))
        if unknown:
            raise RecipeError(
                f"The training data has no label {', '.join(map(repr, unknown))}.",
                where="classify.class_weights",
                hint=f"the labels are {', '.join(map(repr, self.label_names))}",
            )
        return np.array([self.class_weights.get(name, 1.0) for name in self.label_names])

    def merge(self, outputs: Outputs, *, weights: tf.Tensor, text_of: tf.Tensor, texts: int | tf.Tensor) -> Outputs:
        """The logits of texts whose windows were read one by one: of the weighted mean of the windows' probabilities.

        Args:
            outputs: Of W windows.
            weights: Of windows, above 0, such as their tokens; float32 [W].
            text_of: The text that a window is of, int [W]; each text has one.
            texts: T, how many there are.

        Returns:
            `logits`, float32 [T, C], the logarithms of probabilities that add up to 1.
        """
        sums = tf.math.unsorted_segment_sum(_probabilities(outputs) * weights[:, tf.newaxis], text_of, texts)
        means = sums / tf.math.unsorted_segment_sum(weights, text_of, texts)[:, tf.newaxis]
        return {"logits": tf.math.log(tf.maximum(means, _LEAST))}

    def explained(self, outputs: Outputs, target: tf.Tensor) -> tf.Tensor:
        """A label's log-odds, log p / (1 - p), float32 [B]: they don't saturate as probabilities do, and only
        differences of logits count in them.

        Args:
            outputs: `logits`, float32 [B, C].
            target: Label id.
        """
        logits = outputs["logits"]
        is_target = tf.range(tf.shape(logits)[-1]) == target
        others = tf.where(is_target, tf.constant(-np.inf, logits.dtype), logits)
        return tf.gather(logits, target, axis=-1) - tf.reduce_logsumexp(others, -1)

    def decode(self, outputs: Outputs) -> Outputs:
        """What is served.

        Returns:
            `probabilities` float32 [B, C] in label order, `label` string [B], `score` float32 [B]: the probability
            of that label.
        """
        probabilities = _probabilities(outputs)
        return {
            "probabilities": probabilities,
            "label": tf.gather(tf.constant(self.label_names), tf.argmax(probabilities, -1)),
            "score": tf.reduce_max(probabilities, -1),
        }


def _probabilities(outputs: Outputs) -> tf.Tensor:
    """Softmax over classes, float32 [B, C]."""
    return tf.nn.softmax(tf.cast(outputs["logits"], tf.float32))
