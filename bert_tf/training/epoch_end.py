"""What happens at the end of each epoch: validate, have the checkpoint written, decide whether to go on."""

import math
from collections.abc import Callable, Sequence

import tf_keras as keras

from bert_tf.training.checkpoint_writer import CheckpointWriter
from bert_tf.training.checkpoints import Checkpoint, badness, best_checkpoint, copied_state, copied_weights

Validate = Callable[[int], dict[str, float]]
ShouldStop = Callable[[int, dict[str, float]], bool]


class EpochEnd(keras.callbacks.Callback):
    """Validates, adds `val_…` to the epoch's logs for the callbacks after it, and hands over the checkpoint.

    Args:
        validate: From the epoch that is done, counted from 1, to the validation metrics of the model as it stands;
            None when the recipe has no validation rows.
        writer: Gets a copy of the weights.
        monitor: Validation metric that says which epoch is best, such as "loss".
        patience: Epochs without improvement after which training stops; 0 never stops early.
        before: Checkpoints of the epochs that training goes on from.
        keep_state: The checkpoint gets the optimizer's state too.
        should_stop: From the epoch that is done and its validation metrics to whether training shall end; None goes
            on.
    """

    def __init__(
        self,
        *,
        validate: Validate | None,
        writer: CheckpointWriter,
        monitor: str,
        patience: int,
        before: Sequence[Checkpoint] = (),
        keep_state: bool = False,
        should_stop: ShouldStop | None = None,
    ) -> None:
        super().__init__()
        self._validate, self._writer, self._monitor, self._patience = validate, writer, monitor, patience
        self._keep_state, self._should_stop = keep_state, should_stop
        self._lowest, self._best_epoch = math.inf, 0
        measured = [checkpoint for checkpoint in before if checkpoint.metrics]
        if measured:
            best = best_checkpoint(measured, monitor=monitor)
            self._lowest, self._best_epoch = badness(best.metrics, monitor=monitor), best.epoch

    def is_out_of_patience(self, epoch: int) -> bool:
        """Whether the epochs up to this one, counted from 1, are too many without improvement."""
        return bool(self._patience) and self._best_epoch > 0 and epoch - self._best_epoch >= self._patience

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Called by Keras; `epoch` counts from 0."""
        done = epoch + 1
        metrics = self._validate(done) if self._validate else {}
        logs.update({f"val_{name}": value for name, value in metrics.items()})
        state = copied_state(self.model.optimizer) if self._keep_state else None
        self._writer.write(copied_weights(self.model), epoch=done, metrics=metrics, optimizer=state)
        if metrics and badness(metrics, monitor=self._monitor) < self._lowest:
            self._lowest, self._best_epoch = badness(metrics, monitor=self._monitor), done
        if self.is_out_of_patience(done) or (self._should_stop and self._should_stop(done, metrics)):
            self.model.stop_training = True
