"""What happens at the end of each epoch: validate, have the checkpoint written, decide whether to go on."""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence

import tf_keras as keras

from bert_tf.measures import Measure
from bert_tf.training.checkpoint_writer import CheckpointWriter
from bert_tf.training.checkpoints import copied_weights, monitored_rank, settle

_MARK = "val_"  # in front of what was measured on the validation rows, as Keras has it

Validate = Callable[[int], dict[str, float]]
ShouldStop = Callable[[int, dict[str, float]], bool]


@dataclasses.dataclass(frozen=True)
class Validation:
    """What is measured after each epoch, and what follows from it.

    Attributes:
        measure: From the epoch that is done, counted from 1, to the validation metrics of the model as it stands; None
            when the recipe has no validation rows.
        monitor: Measured on validation rows; says which epoch is best.
        patience: Epochs without improvement after which training stops; 0 never stops early.
        should_stop: From the epoch that is done and its validation metrics to whether training shall end; None goes
            on. Asked of the last epoch again where a run goes on behind it.
    """

    measure: Validate | None
    monitor: Measure
    patience: int = 0
    should_stop: ShouldStop | None = None


class EpochEnd(keras.callbacks.Callback):
    """Validates, adds `val_…` to the epoch's logs for the callbacks after it, and hands over the checkpoint.

    Args:
        validation: What is measured.
        writer: Gets a copy of the weights.
        before: Logs of the epochs that are done already.
    """

    def __init__(
        self, validation: Validation, *, writer: CheckpointWriter, before: Sequence[Mapping[str, float]] = ()
    ) -> None:
        super().__init__()
        self._validation, self._writer = validation, writer
        self._lowest, self._best_epoch = math.inf, 0
        self._newest: dict[str, float] = {}
        for epoch, logs in enumerate(before, start=1):
            metrics = {name.removeprefix(_MARK): value for name, value in logs.items() if name.startswith(_MARK)}
            self._note(epoch, metrics)

    def is_last(self, epoch: int) -> bool:
        """Whether training ends behind an epoch, counted from 1, that was the last to be validated; 0 before any."""
        patience, should_stop = self._validation.patience, self._validation.should_stop
        if patience and self._best_epoch > 0 and epoch - self._best_epoch >= patience:
            return True
        return epoch > 0 and should_stop is not None and should_stop(epoch, self._newest)

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Called by Keras; `epoch` counts from 0."""
        done, validation = epoch + 1, self._validation
        settle(self.model)
        metrics = validation.measure(done) if validation.measure else {}
        logs.update({f"{_MARK}{name}": value for name, value in metrics.items()})
        self._writer.write(copied_weights(self.model), epoch=done, metrics=metrics)
        self._note(done, metrics)
        if self.is_last(done):
            self.model.stop_training = True

    def _note(self, epoch: int, metrics: dict[str, float]) -> None:
        self._newest = metrics
        rank = monitored_rank(metrics, monitor=self._validation.monitor)
        if rank < self._lowest:
            self._lowest, self._best_epoch = rank, epoch
