"""What a process of a search is told to train, and what it leaves."""

import dataclasses
import pathlib
from typing import Any, Literal

from bert_tf.errors import RunError
from bert_tf.integrity import read_document, write_document

_OUTCOME = "trial.json"
STOPPED = 130  # exit status of a process that was told to stop

Ended = Literal["finished", "pruned", "failed"]
# What the reason of a failure begins with that the values of a trial may have brought about.
DIVERGED, OUT_OF_MEMORY = "diverged", "out of memory"


@dataclasses.dataclass(frozen=True)
class Job:
    """One training run. Every value has a form in JSON.

    Attributes:
        recipe: Resolved, as TOML.
        folder: The run's.
        cache_folder: As of `train_recipe`.
        until_epoch: As of `TrainingScope`.
        resume_from: Folder of the run that this one goes on from.
        measure_test: As of `TrainingScope`.
        quartiles: As of `QuartileRule`; empty prunes nothing.
    """

    recipe: str
    folder: str
    cache_folder: str
    until_epoch: int | None = None
    resume_from: str | None = None
    measure_test: bool = False
    quartiles: tuple[float, ...] = ()

    @property
    def identity(self) -> list[Any]:
        """What makes a run that is there already the one that is wanted."""
        return [self.recipe, self.until_epoch, self.resume_from, self.measure_test]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a process ended.

    Attributes:
        job: `identity` of its job.
        status: "failed" where there is a reason but nothing to raise.
        reason: Why it was pruned or failed.
        error: An error that ends the whole search: its class, and what, where, hint, kind and problems.
    """

    job: list[Any]
    status: Ended
    reason: str | None = None
    error: dict[str, Any] | None = None


def write_outcome(folder: pathlib.Path, outcome: Outcome) -> None:
    """Leave it in a run's folder; raises RunError when the disk is full."""
    write_document(folder / _OUTCOME, dataclasses.asdict(outcome), error=RunError)


def read_outcome(folder: pathlib.Path) -> Outcome | None:
    """What a process left in a run's folder; None where it was ended before it could, never began, or it is damaged."""
    try:
        return Outcome(**read_document(folder / _OUTCOME, {"job": list, "status": str}))
    except (OSError, ValueError, TypeError):
        return None
