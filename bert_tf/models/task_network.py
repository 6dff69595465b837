"""What is asked of a task about the network: what stands on an encoder, what it learns from, and what it answers."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import tensorflow as tf
import tf_keras as keras

Outputs = dict[str, tf.Tensor]
# From targets, [B, …], and outputs by name to one value for each row, float32 [B].
Loss = Callable[[tf.Tensor, Outputs], tf.Tensor]


class Network(Protocol):
    """The part of a model that a task knows; `bert_tf.tasks.classify.network.ClassifyNetwork`."""

    @property
    def label_names(self) -> tuple[str, ...]:
        """By label id."""

    def head(self, *, dropout: float, initializer_range: float) -> keras.layers.Layer:
        """The layer over pooled texts."""

    def outputs(self, pooled: tf.Tensor, head: keras.layers.Layer, *, training: bool) -> Outputs:
        """By name, each [B, …], from pooled texts, float32 [B, H]."""

    def loss(self) -> Loss:
        """What training makes small."""

    def example_weights(self, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Weight of each training example, float32 [N] with mean 1, from its label and its own weight."""

    def metrics(self) -> Sequence[keras.metrics.Metric]:
        """What is shown while training, of targets and outputs; a split's figures are made by `evaluation`."""

    def merge(
        self, outputs: Outputs, *, weights: tf.Tensor, example_of: tf.Tensor, examples: int | tf.Tensor
    ) -> Outputs:
        """The outputs of examples whose rows were computed one by one, such as the windows of a long text.

        Args:
            outputs: Of R rows, each [R, …].
            weights: Of rows, above 0, such as their tokens; float32 [R].
            example_of: The example that a row is of, int [R]; each example has one.
            examples: N, how many there are.

        Returns:
            Each [N, …].
        """

    def decode(self, outputs: Outputs) -> Outputs:
        """What is served, by name: float32 and string only, each [B, …]."""

    def explained(self, outputs: Outputs, target: tf.Tensor) -> tf.Tensor:
        """The value that words are held against, float32 [B]: one that doesn't saturate, for a target, int scalar."""
