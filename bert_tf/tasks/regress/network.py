"""Task `regress`: a number for each text.

The head computes in standard deviations from the mean of the training labels, where losses and learning rates mean the
same whatever the unit; mean and deviation stand in the graph, so that what comes out of it is in the data's unit.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.dense_head import dense_head
from bert_tf.models.example_weights import scaled_to_mean_one
from bert_tf.models.task_network import Outputs

if TYPE_CHECKING:
    from bert_tf.recipe.schema import Recipe


@dataclasses.dataclass(frozen=True)
class RegressNetwork:
    """Regression: a `TaskNetwork` with one output, `value`, float32 [B], in the unit of the label.

    Args:
        mean: Of the training labels.
        deviation: Their standard deviation, above 0.
        loss_name: "mse", "huber" (Huber 1964) or "mae", of errors in standard deviations.
        huber_delta: The error, in standard deviations, up to which "huber" squares.
    """

    reads: ClassVar[Literal["pooled"]] = "pooled"
    separable: ClassVar[bool] = True
    mean: float
    deviation: float
    loss_name: Literal["mse", "huber", "mae"] = "mse"
    huber_delta: float = 1.0

    @classmethod
    def of_recipe(cls, recipe: "Recipe", facts: Mapping[str, Any]) -> Self:
        """As a recipe wants it, with `mean` and `std` of a run's facts."""
        settings: Any = recipe.settings
        return cls(facts["mean"], facts["std"], settings.loss, settings.huber_delta)

    def head(self, *, dropout: float, initializer_range: float) -> keras.layers.Layer:
        """Layer from a pooled text, float32 [B, H], to standard deviations from the mean, float32 [B, 1]."""
        return dense_head(1, name="deviations", dropout=dropout, initializer_range=initializer_range)

    def outputs(self, values: tf.Tensor) -> Outputs:
        """`value`."""
        return {"value": self.mean + self.deviation * tf.cast(values[:, 0], tf.float32)}

    def loss(self, expected: tf.Tensor, outputs: Outputs) -> tf.Tensor:
        """Of the difference to labels, float32 [B], in standard deviations; one value for each example."""
        errors = (outputs["value"] - tf.cast(tf.reshape(expected, [-1]), tf.float32)) / self.deviation
        size = tf.abs(errors)
        if self.loss_name == "mae":
            return size
        if self.loss_name == "mse":
            return tf.square(errors)
        return tf.where(
            size <= self.huber_delta, tf.square(errors) / 2, self.huber_delta * (size - self.huber_delta / 2)
        )

    def metrics(self) -> list[keras.metrics.Metric]:
        """The mean absolute error, in the unit of the label."""
        return [keras.metrics.Mean(name="mae")]

    def update_metrics(self, metrics: Sequence[keras.metrics.Metric], expected: tf.Tensor, outputs: Outputs) -> None:
        """Count examples with labels, float32 [B]."""
        for metric in metrics:
            metric.update_state(tf.abs(outputs["value"] - tf.cast(tf.reshape(expected, [-1]), tf.float32)))

    def example_weights(self, expected: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """The weights that came with the data, scaled to a mean of 1.

        Args:
            expected: Labels, float [N].
            weights: float [N], not negative.

        Returns:
            float32 [N] with mean 1.

        Raises:
            RecipeError: all weights are zero.
        """
        return scaled_to_mean_one(weights)

    def merge(self, outputs: Outputs, *, weights: tf.Tensor, text_of: tf.Tensor, texts: int | tf.Tensor) -> Outputs:
        """The numbers of texts whose windows were read one by one: the weighted mean of the windows'.

        Args:
            outputs: Of W windows.
            weights: Of windows, above 0, such as their tokens; float32 [W].
            text_of: The text that a window is of, int [W]; each text has one.
            texts: T, how many there are.

        Returns:
            `value`, float32 [T].
        """
        sums = tf.math.unsorted_segment_sum(outputs["value"] * weights, text_of, texts)
        return {"value": sums / tf.math.unsorted_segment_sum(weights, text_of, texts)}

    def explained(self, outputs: Outputs, target: tf.Tensor) -> tf.Tensor:
        """The number, float32 [B]; the only target there is."""
        del target
        return outputs["value"]

    def decode(self, outputs: Outputs) -> Outputs:
        """What is served: `value`, float32 [B], in the unit of the label."""
        return {"value": tf.cast(outputs["value"], tf.float32)}
