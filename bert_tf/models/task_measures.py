"""A task's loss and metrics while a `TextModel` is trained or evaluated by Keras."""

from collections.abc import Sequence

import tensorflow as tf
import tf_keras as keras

from bert_tf.models.task_network import Outputs, TaskNetwork


class TaskMeasures:
    """What `compile` gives a model that was told no loss or no metrics.

    It is no layer, so that its variables are not the model's and in no checkpoint.

    Args:
        network: Of the task.
        with_loss: Whether the task's loss is the one.
        with_metrics: Whether the task's metrics are the ones.

    Attributes:
        with_loss, with_metrics: As given.
    """

    def __init__(self, network: TaskNetwork, *, with_loss: bool, with_metrics: bool) -> None:
        self._network, self._loss = network, _MeanLoss(network)
        self._epoch_loss = keras.metrics.Mean(name="loss")
        self._metrics = network.metrics()
        self.with_loss, self.with_metrics = with_loss, with_metrics

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """What is reported of an epoch, the mean loss first."""
        return [*([self._epoch_loss] if self.with_loss else []), *(self._metrics if self.with_metrics else [])]

    def loss(
        self, expected: tf.Tensor, outputs: Outputs, weights: tf.Tensor | None, *, penalties: Sequence[tf.Tensor]
    ) -> tf.Tensor:
        """Mean over B rows of weight times loss, plus penalties that layers add; a float32 scalar. It is counted."""
        loss = self._loss(expected, outputs, sample_weight=weights)
        if penalties:
            loss += tf.add_n(penalties)
        self._epoch_loss.update_state(loss, sample_weight=tf.shape(expected)[0])
        return loss

    def update_metrics(self, expected: tf.Tensor, outputs: Outputs) -> None:
        """Count B rows."""
        self._network.update_metrics(self._metrics, expected, outputs)


class _MeanLoss(keras.losses.Loss):
    """Keras weighs the rows and takes the mean, as it does for a model with one output."""

    def __init__(self, network: TaskNetwork) -> None:
        super().__init__(name="task_loss")
        self._network = network

    def call(self, expected: tf.Tensor, outputs: Outputs) -> tf.Tensor:
        return self._network.loss(expected, outputs)
