"""How much of a recipe is trained, and what is left of it."""

import dataclasses
import pathlib

from bert_tf.models.worker_group import WorkerGroup
from bert_tf.runs.run import RunFolder
from bert_tf.stop_signals import StopSignals
from bert_tf.training.epoch_end import ShouldStop


@dataclasses.dataclass(frozen=True)
class TrainingScope:
    """All of a recipe, unless told otherwise: a search trains parts of it.

    Attributes:
        run_folder: Takes the place of `<recipe>/<id>/`; it must not exist.
        measure_test: False leaves the test rows alone: neither measured nor, unless they are drawn as a share, read.
        summarize: False leaves out what TensorBoard shows of a run as a whole: its row in HParams, the graph and
            vectors of texts. A search has a table of its own.
        exports: Ask for room on the disk for an export as well, unless the run has a folder of its own.
        until_epoch: Stop after this epoch and leave a point, so that another run can go on; the schedule is that of all
            epochs.
        resume_from: A run of the same recipe that was stopped so; its epochs become this run's.
        interrupted: A run of this recipe that goes on in its own folder, from its newest point or the first step.
        should_stop: See `Validation`.
        baseline: The run that was trained before this one, in the same process, for its report to compare it with; its
            folder is beside this run's.
        signals: Of the program: one that asks to stop waits for the end of its step, and a point is left.
        group: Of the workers that train the model together, whose chief leaves the run; None where one process does.
    """

    run_folder: pathlib.Path | None = None
    measure_test: bool = True
    summarize: bool = True
    exports: bool = True
    until_epoch: int | None = None
    resume_from: RunFolder | None = None
    interrupted: RunFolder | None = None
    should_stop: ShouldStop | None = None
    baseline: RunFolder | None = None
    signals: StopSignals | None = None
    group: WorkerGroup | None = None

    def last_epoch(self, epochs: int) -> int:
        """The last epoch that is trained of a recipe with so many."""
        return self.until_epoch or epochs

    def is_part(self, epochs: int) -> bool:
        """Whether another run will go on from this one's last step."""
        return self.last_epoch(epochs) < epochs


WHOLE = TrainingScope()
