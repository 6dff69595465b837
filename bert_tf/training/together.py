"""What workers that train one model tell each other beside gradients: where training starts, and when it ends."""

from typing import NamedTuple

import tf_keras as keras

from bert_tf.models.dropout_layer import random_states
from bert_tf.models.worker_group import WorkerGroup, lost_workers_told
from bert_tf.training.resume_points import loss_scale


class Start(NamedTuple):
    """Where training starts, as the chief knows it.

    Attributes:
        epochs: That are done.
        steps_of_epoch: That are done of the epoch that is not.
        goes_on: Whether there is anything left to train.
    """

    epochs: int = 0
    steps_of_epoch: int = 0
    goes_on: bool = True


def start_together(group: WorkerGroup, model: keras.Model, start: Start) -> Start:
    """Give all workers the chief's start and its weights, moments, and all that is random; returns the start.

    Args:
        group: The workers; each of them calls this.
        model: Compiled; the chief's has what was loaded of a point.
        start: The chief's own; another worker's is not looked at.

    Raises:
        LostWorkerError: another worker is gone.
    """
    with lost_workers_told():
        epochs, steps_of_epoch, goes_on = group.told([int(each) for each in start])
        if goes_on:
            optimizer = model.optimizer
            group.share([*model.weights, *optimizer.variables, *random_states(model), *loss_scale(optimizer)])
    return Start(epochs, steps_of_epoch, bool(goes_on))


class EndTogether(keras.callbacks.Callback):
    """At an epoch's end, waits for the chief and does as it decided. It has to stand behind what decides at the chief.

    Args:
        group: The workers.
    """

    def __init__(self, group: WorkerGroup) -> None:
        super().__init__()
        self._group = group

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Called by Keras."""
        (stops,) = self._group.told([int(self.model.stop_training)])
        self.model.stop_training = bool(stops)
