"""What happens at the end of each epoch: validate, have the checkpoint written, decide whether to go on."""

import math
from collections.abc import Callable

import tf_keras as keras

from bert_tf.training.checkpoint_writer import CheckpointWriter
from bert_tf.training.checkpoints import badness, copied_weights

Validate = Callable[[int], dict[str, float]]


class EpochEnd(keras.callbacks.Callback):
    """Validates, adds `val_…` to the epoch's logs for the callbacks after it, and hands over the checkpoint.

    Args:
        validate: From the epoch that is done, counted from 1, to the validation metrics of the model as it stands;
            None when the recipe has no validation rows.
        writer: Gets a copy of the weights.
        monitor: Validation metric that says which epoch is best, such as "loss".
        patience: Epochs without improvement after which training stops; 0 never stops early.
    """

    def __init__(self, *, validate: Validate | None, writer: CheckpointWriter, monitor: str, patience: int) -> None:
        super().__init__()
        self._validate, self._writer, self._monitor, self._patience = validate, writer, monitor, patience
        self._lowest, self._best_epoch = math.inf, 0

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Called by Keras; `epoch` counts from 0."""
        metrics = self._validate(epoch + 1) if self._validate else {}
        logs.update({f"val_{name}": value for name, value in metrics.items()})
        self._writer.write(copied_weights(self.model), epoch=epoch + 1, metrics=metrics)
        if metrics and badness(metrics, monitor=self._monitor) < self._lowest:
            self._lowest, self._best_epoch = badness(metrics, monitor=self._monitor), epoch
        if metrics and self._patience and epoch - self._best_epoch >= self._patience:
            self.model.stop_training = True
