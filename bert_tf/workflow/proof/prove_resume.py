"""Trains undisturbed, and again with kills at random moments, and compares the runs."""

import dataclasses
import pathlib
import random
import shutil
import time
from collections.abc import Callable

from bert_tf.integrity import file_sha256
from bert_tf.plurals import counted
from bert_tf.recipe.schema import Recipe
from bert_tf.report.epochs import values_by_step
from bert_tf.runs.interruption import saved_step
from bert_tf.runs.run import RunFolder, find_runs
from bert_tf.runs.run_metrics import MEASURED
from bert_tf.training.tensorboard.scalars import OF_A_STEP
from bert_tf.workflow.proof.attempts import Attempts

_POINTS = 10  # that a run leaves, about
# A file is being written for a moment only; nobody needs to look as often for one that was drawn.
_POLL_SECONDS, _DRAWN_POLL_SECONDS = 0.0005, 0.01
# Where a kill hurts most: while files are written. Half of the kills wait for that, the others for a moment by chance.
_WRITING = ("", "", "a point", "an epoch")
_NAMES = {"a point": ".step-*", "an epoch": ".epoch-*"}


@dataclasses.dataclass(frozen=True)
class Kill:
    """A process that was killed.

    Attributes:
        run: Which of the killed runs, from 1.
        seconds: After its start.
        writing: What it was seen to be writing; empty where the moment was one by chance.
        step: That the run was saved up to then.
    """

    run: int
    seconds: float
    writing: str
    step: int


@dataclasses.dataclass(frozen=True)
class Proof:
    """What came of it.

    Attributes:
        steps: Of a run.
        weights_sha256: Of the undisturbed run's last checkpoint.
        kills: In order.
        runs: That were killed and went on to their end.
        differences: Between them and the undisturbed run, a line for each; none is the proof.
    """

    steps: int
    weights_sha256: str
    kills: list[Kill]
    runs: int
    differences: list[str]


def prove_resume(
    recipe: Recipe,
    *,
    kills: int,
    seed: int,
    folder: pathlib.Path,
    cache_folder: pathlib.Path,
    told: Callable[[str], None] = lambda _: None,
) -> Proof:
    """Train a recipe undisturbed, and then as many times as it takes for a number of kills, going on after each.

    Args:
        recipe: Resolved; a slice of its rows does.
        kills: How many processes are killed (SIGKILL).
        seed: Of the moments.
        folder: Empty; gets the runs.
        cache_folder: As of `train_recipe`.
        told: Gets what happens, in a few words.

    Raises:
        TrainingError: a process ended by itself, and not well.
    """
    with Attempts(cache_folder) as attempts:
        told("training uninterrupted")
        started = time.perf_counter()
        attempts.start(recipe, folder / "undisturbed").wait()
        whole, most = _only_run(folder / "undisturbed"), time.perf_counter() - started
        killer = _Killer(attempts, random.Random(seed), most, kills)
        often = _with_points(recipe, every=max(1, whole.facts["steps"] // _POINTS))
        differences: list[str] = []
        while len(killer.kills) < kills:
            killer.runs += 1
            place = folder / f"killed-{killer.runs}"
            killer.train(often, place)
            told(f"{len(killer.kills)} of {counted(kills, 'kill')}, {counted(killer.runs, 'run')} finished")
            differences += [f"run {killer.runs}: {line}" for line in differences_of(whole, _only_run(place))]
            shutil.rmtree(place)
    weights = _weights(whole)
    return Proof(whole.facts["steps"], weights[max(weights)], killer.kills, killer.runs, differences)


def differences_of(whole: RunFolder, resumed: RunFolder) -> list[str]:
    """A line for each thing in which two runs of one recipe differ: losses by step, scores, weights, predictions."""
    lines = []
    for tag in OF_A_STEP:
        one, other = (_of_steps(run, tag) for run in (whole, resumed))
        if one != other:
            step = next((one[0] for one, other in zip(one, other, strict=False) if one != other), "the last")
            lines.append(f"{tag} differs from step {step} on, or its steps do ({len(one)} and {len(other)})")
    if whole.metrics != resumed.metrics:
        lines.append("metrics.json differs")
    if _weights(whole) != _weights(resumed):
        lines.append("the weights of a checkpoint differ")
    for split in MEASURED:
        if _sha256(whole.predictions(split)) != _sha256(resumed.predictions(split)):
            lines.append(f"the predictions on the {split} rows differ")
    return lines


@dataclasses.dataclass
class _Killer:
    """Kills processes up to a number of times.

    Attributes:
        attempts: Begins them.
        chance: Of the moments.
        most: Seconds that a process takes by itself.
        limit: Of kills.
        runs: That were begun.
        kills: So far.
    """

    attempts: Attempts
    chance: random.Random
    most: float
    limit: int
    runs: int = 0
    kills: list[Kill] = dataclasses.field(default_factory=list)

    def train(self, recipe: Recipe, folder: pathlib.Path) -> None:
        """Train one run to its end, killing it on the way."""
        while len(self.kills) < self.limit:
            process = self.attempts.start(recipe, folder)
            writing, seconds = self.chance.choice(_WRITING), self.chance.uniform(0, self.most)
            started = time.perf_counter()
            while not process.has_ended and not _is_moment(folder, writing, time.perf_counter() - started, seconds):
                time.sleep(_POLL_SECONDS if writing else _DRAWN_POLL_SECONDS)
            if not process.kill():
                return
            self.kills.append(Kill(self.runs, round(time.perf_counter() - started, 3), writing, _saved_step(folder)))
        self.attempts.start(recipe, folder).wait()


def _is_moment(folder: pathlib.Path, writing: str, since: float, seconds: float) -> bool:
    if writing:
        return any(True for _ in folder.glob(f"*/*/checkpoints/{_NAMES[writing]}"))
    return since >= seconds


def _with_points(recipe: Recipe, *, every: int) -> Recipe:
    return recipe.model_copy(
        update={"training": recipe.training.model_copy(update={"checkpoint_every": every, "profile_steps": None})}
    )


def _only_run(folder: pathlib.Path) -> RunFolder:
    return next(run for run in find_runs(folder) if run.status == "trained")


def _saved_step(folder: pathlib.Path) -> int:
    return max((saved_step(run) for run in find_runs(folder)), default=0)


def _of_steps(run: RunFolder, tag: str) -> list[tuple[int, float]]:
    return list(values_by_step(run.tensorboard / "train", tag))


def _weights(run: RunFolder) -> dict[str, str]:
    return {path.parent.name: file_sha256(path) for path in run.checkpoints.glob("epoch-*/model.safetensors")}


def _sha256(path: pathlib.Path) -> str | None:
    return file_sha256(path) if path.is_file() else None
