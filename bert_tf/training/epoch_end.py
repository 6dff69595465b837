"""What happens at the end of each epoch: validate, keep a checkpoint, decide whether to go on."""

import pathlib
from collections.abc import Callable

import tf_keras as keras

from bert_tf.training.checkpoints import best_checkpoint, keep_checkpoints, list_checkpoints, save_checkpoint

Validate = Callable[[], dict[str, float]]


class EpochEnd(keras.callbacks.Callback):
    """Validates, adds `val_…` to the epoch's logs for the callbacks after it, and writes the checkpoint.

    Args:
        validate: Gives the validation metrics of the model as it stands; None when the recipe has no validation rows.
        checkpoints: Folder for `epoch-001` and so on. The best and the last are kept.
        monitor: Validation metric that says which is best, such as "loss".
        patience: Epochs without improvement after which training stops; 0 never stops early.
    """

    def __init__(self, *, validate: Validate | None, checkpoints: pathlib.Path, monitor: str, patience: int) -> None:
        super().__init__()
        self._validate, self._checkpoints, self._monitor, self._patience = validate, checkpoints, monitor, patience

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Called by Keras; `epoch` counts from 0."""
        metrics = self._validate() if self._validate else {}
        logs.update({f"val_{name}": value for name, value in metrics.items()})
        newest = save_checkpoint(self._checkpoints, self.model, epoch=epoch + 1, metrics=metrics)
        best = newest
        if metrics:
            best = best_checkpoint(list_checkpoints(self._checkpoints), monitor=self._monitor)
        keep_checkpoints(self._checkpoints, [best, newest])
        if self._patience and newest.epoch - best.epoch >= self._patience:
            self.model.stop_training = True
