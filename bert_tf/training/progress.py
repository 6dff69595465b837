"""What the one who trains sees: a bar on a terminal, a line every few seconds elsewhere."""

import time
from collections.abc import Callable

import tf_keras as keras
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from bert_tf.scores import score_text
from bert_tf.stage import Stage
from bert_tf.training.tensorboard.scalars import OF_A_STEP, StepSize


class ShowProgress(keras.callbacks.Callback):
    """Shows epoch, step, loss, examples/s, tokens/s, padding share and time left.

    Args:
        console: Where to. A terminal gets a bar; anything else plain lines, as of `Stage`, and one for each epoch.
        size: How much work a step, counted from 0 over all epochs, is.
        epochs: Of the run.
        steps_per_epoch: Of each epoch.
        first_step: Steps that were done before.
    """

    def __init__(
        self,
        console: Console,
        *,
        size: Callable[[int], StepSize],
        epochs: int,
        steps_per_epoch: int,
        first_step: int = 0,
    ) -> None:
        super().__init__()
        self._console, self._size = console, size
        self._epochs, self._steps = epochs, steps_per_epoch
        self._before = first_step
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._epoch = 0
        self._done = self._examples = self._tokens = self._padded = 0
        self._seconds, self._step_started = 0.0, 0.0
        self._stage: Stage | None = None
        self._shown = ""

    def on_train_begin(self, logs: dict[str, float]) -> None:
        """Called by Keras, twice where it trains what is left of an epoch first."""
        if self._bar or self._stage:
            return
        if self._console.is_terminal:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[figures]}"),
                TimeRemainingColumn(),
                console=self._console,
            )
            self._task = self._bar.add_task(
                "epoch 1", total=self._epochs * self._steps, completed=self._before, figures="compiling"
            )
            self._bar.start()
        else:
            self._stage = Stage(self._console, "compiling the first step").__enter__()

    def on_epoch_begin(self, epoch: int, logs: dict[str, float]) -> None:
        """Called by Keras; `epoch` counts from 0."""
        self._epoch = epoch + 1

    def on_train_batch_begin(self, batch: int, logs: dict[str, float]) -> None:
        """Called by Keras."""
        self._step_started = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        """Called by Keras."""
        now = time.perf_counter()
        size = self._size(self._before + self._done)
        self._done += 1
        self._seconds += now - self._step_started
        self._examples += size.examples
        self._tokens += size.tokens
        self._padded += size.padded_tokens
        if self._bar:
            epoch = f"epoch {self._epoch}/{self._epochs}"
            self._bar.update(
                self._task, completed=self._before + self._done, description=epoch, figures=self._figures(logs)
            )
        elif self._stage:
            self._shown = self._line(logs)
            self._stage.follow(lambda: self._shown)
        if (self._before + self._done) % self._steps == 0:
            self._tell_of_epochs_end(logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Called by Keras after validation has put its values in the logs."""
        shown = " · ".join(
            f"{name.replace('val_', 'validation ').replace('_', ' ')} {score_text(value)}"
            for name, value in logs.items()
            if name not in OF_A_STEP
        )
        self._console.print(f"epoch {self._epoch}/{self._epochs} done · {shown}", highlight=False, soft_wrap=True)

    def stop(self) -> None:
        """Give the terminal back, also after an interruption."""
        if self._bar:
            self._bar.stop()
        if self._stage:
            self._stage.__exit__(None, None, None)

    def _tell_of_epochs_end(self, logs: dict[str, float]) -> None:
        """What comes before the epoch's line, and takes no step: validation, and a copy of the weights."""
        if self._bar:
            self._bar.update(self._task, figures=f"{self._figures(logs)} · validating")
        elif self._stage:
            self._stage.rename(f"validating epoch {self._epoch}", at_once=False)

    def _figures(self, logs: dict[str, float]) -> str:
        return (
            f"loss {score_text(logs['loss'])} · {self._examples / self._seconds:.1f} examples/s · "
            f"{self._tokens / self._seconds:.0f} tokens/s · padding {1 - self._tokens / self._padded:.0%}"
        )

    def _line(self, logs: dict[str, float]) -> str:
        left = (self._epochs * self._steps - self._before - self._done) * self._seconds / self._done
        step = (self._before + self._done - 1) % self._steps + 1
        place = f"epoch {self._epoch}/{self._epochs} step {step}/{self._steps}"
        return f"{place} · {self._figures(logs)} · {left / 60:.1f} min left"
