"""Task `classify`: one label out of two or more for each text.

The task owns everything that depends on what a label is: which names there are, the head, the loss, the training
metrics, the weight of an example and how logits become an answer. The encoder and the batches know none of it.
"""

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf
import tf_keras as keras

from bert_tf.errors import RecipeError

Loss = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]

_LEAST = 1e-37  # probability whose logarithm is still a number


@dataclasses.dataclass(frozen=True)
class ClassifyNetwork:
    """Single-label classification.

    Args:
        label_names: Names of the classes; the position is the id. At least two.
        label_smoothing: Share of the target spread evenly over all classes, in [0, 1).
            Szegedy et al. 2016, https://arxiv.org/abs/1512.00567.
        class_weights: "none", "balanced" (n / (classes · n_class), as scikit-learn's) or one weight per label name;
            names that are left out weigh 1.
    """

    label_names: tuple[str, ...]
    label_smoothing: float = 0.0
    class_weights: str | Mapping[str, float] = "none"

    def head(self, *, dropout: float, initializer_range: float) -> keras.layers.Layer:
        """Layer from a pooled text, float32 [B, H], to logits, float32 [B, C]."""
        return keras.Sequential(
            [
                keras.layers.Dropout(dropout, name="dropout"),
                keras.layers.Dense(
                    len(self.label_names),
                    kernel_initializer=keras.initializers.TruncatedNormal(stddev=initializer_range),
                    dtype="float32",
                    name="logits",
                ),
            ],
            name="head",
        )

    def loss(self) -> Loss:
        """Cross-entropy of label ids, int32 [B], against logits, float32 [B, C]; one value for each example."""
        depth, smoothing = len(self.label_names), self.label_smoothing

        def cross_entropy(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
            targets = tf.one_hot(tf.reshape(labels, [-1]), depth, dtype=logits.dtype)
            return keras.losses.categorical_crossentropy(targets, logits, from_logits=True, label_smoothing=smoothing)

        return cross_entropy

    def metrics(self) -> list[keras.metrics.Metric]:
        """What is shown while training; the whole list of a split's metrics is made by `evaluation`."""
        return [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]

    def example_weights(self, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Weight of each training example: class weight × own weight, scaled to a mean of 1.

        The scale keeps the loss and so the learning rate comparable with an unweighted run.

        Args:
            labels: Label ids, int [N].
            weights: Weights that came with the data, float [N], not negative.

        Returns:
            float32 [N] with mean 1.

        Raises:
            RecipeError: a class weight names no label, or all weights are zero.
        """
        combined = weights.astype(np.float64) * self._weight_of_each_class(labels)[labels]
        if not combined.sum() > 0:
            raise RecipeError(
                "Every training example has weight 0.",
                where="data.weight, classify.class_weights",
                hint="remove data.weight, or give at least one class a weight above 0",
            )
        return (combined / combined.mean()).astype(np.float32)

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

    def probabilities(self, logits: tf.Tensor) -> tf.Tensor:
        """Softmax over classes: float32 [B, C] to float32 [B, C]."""
        return tf.nn.softmax(tf.cast(logits, tf.float32))

    def pooled(self, logits: tf.Tensor, *, weights: tf.Tensor, text_of: tf.Tensor, texts: int | tf.Tensor) -> tf.Tensor:
        """The logits of texts whose windows were read one by one: of the weighted mean of the windows' probabilities.

        Args:
            logits: Of W windows, float32 [W, C].
            weights: Of windows, above 0, such as their tokens; float32 [W].
            text_of: The text that a window is of, int [W]; each text has one.
            texts: T, how many there are.

        Returns:
            float32 [T, C], the logarithms of probabilities that add up to 1.
        """
        sums = tf.math.unsorted_segment_sum(self.probabilities(logits) * weights[:, tf.newaxis], text_of, texts)
        means = sums / tf.math.unsorted_segment_sum(weights, text_of, texts)[:, tf.newaxis]
        return tf.math.log(tf.maximum(means, _LEAST))

    def decode(self, logits: tf.Tensor) -> dict[str, tf.Tensor]:
        """What is served for logits, float32 [B, C].

        Returns:
            `probabilities` float32 [B, C] in label order, `label` string [B], `score` float32 [B]: the probability
            of that label.
        """
        probabilities = self.probabilities(logits)
        return {
            "probabilities": probabilities,
            "label": tf.gather(tf.constant(self.label_names), tf.argmax(probabilities, -1)),
            "score": tf.reduce_max(probabilities, -1),
        }
