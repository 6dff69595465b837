"""The trials of a search as they stand on disk: `trials/<id>.json`, beside each trial's own run folder.

Whoever runs a trial writes its file, when it starts and when it ends, by one rename. keras-tuner's own state is for
choosing the next values only: what passes through its protocol loses a failed trial's reason, and floats their digits.
"""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import Any, Literal

from bert_tf.errors import RunError
from bert_tf.integrity import read_document, write_document
from bert_tf.processes import is_gone

Status = Literal["running", "finished", "pruned", "failed"]


@dataclasses.dataclass(frozen=True)
class Trial:
    """One trial of a search.

    Attributes:
        id: Name of its run folder, `trials/<id>/`.
        number: From 0, in the order in which trials started; 0 is the recipe as it stands.
        values: By the recipe's keys, such as `training.learning_rate`; only those that count in this trial. Trial 0 has
            the recipe's own, None for a key that the recipe leaves out.
        status: `running` also of a trial whose process is gone, until the search goes on and runs it again; see
            `current_status`.
        started: ISO 8601 with time zone.
        reason: Why it failed, or was pruned.
        score: The objective.
        metrics: Flat, such as `validation.macro_f1`.
        spread: Standard deviation of each metric over the seeds; empty with one seed.
        seconds: From the trial's start to its end.
        training_seconds: Those of them in which epochs were trained and validated.
        peak_memory_mib: Of its process.
        epochs: Last epoch of its rung (Hyperband); None where it is the recipe's own.
        continued_from: Id of the trial of the rung below, whose checkpoint it went on from.
        worker: Who ran it: keras-tuner's KERASTUNER_TUNER_ID.
        process: Of the search or worker that started it, as of `this_process`.
    """

    id: str
    number: int
    values: dict[str, Any]
    status: Status
    started: str
    reason: str | None = None
    score: float | None = None
    metrics: dict[str, float] = dataclasses.field(default_factory=dict)
    spread: dict[str, float] = dataclasses.field(default_factory=dict)
    seconds: float | None = None
    training_seconds: float | None = None
    peak_memory_mib: float | None = None
    epochs: int | None = None
    continued_from: str | None = None
    worker: str = "tuner0"
    process: dict[str, Any] | None = None

    @property
    def current_status(self) -> str:
        """`status`, but `interrupted` for a running trial whose search was ended; the search runs it again."""
        return "interrupted" if self.status == "running" and is_gone(self.process) else self.status


def trial_folder(folder: pathlib.Path, trial_id: str) -> pathlib.Path:
    """The run folder of a trial of the search in `folder`."""
    return folder / "trials" / trial_id


def write_trial(folder: pathlib.Path, trial: Trial) -> None:
    """Write a trial down in the search's `folder`; raises RunError when the disk is full."""
    write_document(trial_folder(folder, trial.id).with_suffix(".json"), dataclasses.asdict(trial), error=RunError)


def read_trial(folder: pathlib.Path, trial_id: str) -> Trial | None:
    """A trial of the search in `folder`, or None if it never started; raises RunError when its file is damaged."""
    path = trial_folder(folder, trial_id).with_suffix(".json")
    return _read(path) if path.is_file() else None


def read_history(folder: pathlib.Path) -> list[Trial]:
    """All trials of the search in `folder`, by number; empty before the first one starts.

    Raises:
        RunError: a trial's file is damaged.
    """
    return sorted(map(_read, (folder / "trials").glob("[0-9]*.json")), key=lambda trial: trial.number)


def best_trial(trials: Sequence[Trial], *, direction: Literal["min", "max"], epochs: int) -> Trial | None:
    """The finished trial with the best score, the earliest of equals; None before one has finished.

    Args:
        direction: Of the objective.
        epochs: The recipe's. A trial of a lower rung saw fewer, and its score says nothing of a run of all of them.
    """
    whole = [trial for trial in trials if trial.status == "finished" and trial.epochs in (None, epochs)]
    scored = [(trial.score, trial) for trial in whole if trial.score is not None]
    sign = 1 if direction == "min" else -1
    return min(scored, key=lambda pair: (sign * pair[0], pair[1].number))[1] if scored else None


def _read(path: pathlib.Path) -> Trial:
    try:
        return Trial(**read_document(path, {"id": str, "number": int, "values": dict, "status": str}))
    except (OSError, ValueError, TypeError) as problem:
        raise RunError(
            f"The trial {path.stem} can't be read: {problem}.",
            where=str(path),
            hint="remove the file; the search can resume without the trial's run folder",
        ) from problem
