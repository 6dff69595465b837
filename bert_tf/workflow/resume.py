"""resume: a run that goes on from a point of another one of the same recipe, or in its own folder from its own."""

import dataclasses
import pathlib
import shutil
from collections.abc import Callable, Mapping

from bert_tf.atomic import link_or_copy, new_folder
from bert_tf.errors import RunError
from bert_tf.recipe.schema import Recipe
from bert_tf.runs.run import RunFolder
from bert_tf.system_errors import system_errors_as
from bert_tf.tasks.recipes import run_recipe
from bert_tf.training.checkpoints import is_whole, list_checkpoints
from bert_tf.training.resume_points import Progress, ResumePoint, newest_point
from bert_tf.training.tensorboard.event_writers import cut_events
from bert_tf.workflow.training_scope import TrainingScope

_CURVES = ("train", "validation")
# What a run's facts say of its data and its encoder: with any of it changed, it would be another run.
_SAME = {
    "data": ("fingerprints",),
    "encoder": ("weights_sha256", "files_sha256"),
    "tokenizer": ("fingerprint",),
}
# With any of it changed the run goes on, and its numbers are not those of a run without a break.
_TO_THE_BIT = {"compute": "kernels or precision", "versions": "versions of packages"}


@dataclasses.dataclass(frozen=True)
class Resumed:
    """Where training goes on from.

    Attributes:
        run: The one whose steps are done.
        point: Its newest that is whole; None begins with the first step.
    """

    run: RunFolder
    point: ResumePoint | None

    @property
    def progress(self) -> Progress:
        """What is done."""
        return self.point.progress if self.point else Progress()

    def carry_over(self, run: RunFolder) -> None:
        """Give another run the checkpoints and curves of these steps; raises RunError for a full disk."""
        for checkpoint in list_checkpoints(self.run.checkpoints, training=self.run.training_id):
            if is_whole(checkpoint):
                # Nobody writes into a checkpoint once it stands, so both runs can have the same bytes.
                _copy(checkpoint.folder, run.path / checkpoint.folder.relative_to(self.run.path), copy=link_or_copy)
        for curves in (self.run.tensorboard / part for part in _CURVES):
            if curves.is_dir():
                _copy(curves, run.path / curves.relative_to(self.run.path), copy=shutil.copy2)

    def take_back(self) -> None:
        """Remove from the run's curves what comes again; raises RunError when they can't be changed."""
        place, hint = str(self.run.tensorboard), "make the folder writable, or copy the run"
        with system_errors_as(RunError, "The run's curves can't be changed", where=place, hint=hint):
            cut_events(self.run.tensorboard, self.progress.event_bytes)


def resumed_training(recipe: Recipe, scope: TrainingScope) -> Resumed | None:
    """Where a training goes on from; None where it begins.

    Raises:
        RunError: as `resume`.
    """
    if scope.interrupted:
        own = scope.interrupted
        return Resumed(own, newest_point(own.checkpoints, training=own.training_id))
    return resume(scope.resume_from, recipe) if scope.resume_from else None


def resume(previous: RunFolder, recipe: Recipe) -> Resumed:
    """Where a recipe's run goes on from, in another folder.

    Raises:
        RunError: the run before is of another recipe, or left no point to go on from.
    """
    if run_recipe(previous) != recipe:
        raise RunError("The run to resume has another recipe.", where=str(previous.path))
    point = newest_point(previous.checkpoints, training=previous.training_id)
    if point is None:
        raise RunError(
            "The run can't be resumed: it has no saved training state.",
            where=str(previous.checkpoints),
            hint="only Hyperband's runs keep it to their end; train this one from the start",
        )
    # Each run counts its own seconds.
    progress = dataclasses.replace(point.progress, seconds=0.0)
    return Resumed(previous, dataclasses.replace(point, progress=progress))


def check_unchanged(run: RunFolder, facts: dict[str, dict[str, object]]) -> None:
    """Raises RunError where data or encoder are no longer what an interrupted run was trained on.

    Args:
        run: Which may have been interrupted before it wrote them down.
        facts: What it would write down now.
    """
    before = run.facts
    changed = [
        f"{table} ({name})"
        for table, names in _SAME.items()
        for name in names
        if table in before and before[table].get(name) != facts[table].get(name)
    ]
    if changed:
        raise RunError(
            f"The run can't be resumed: {', '.join(changed)} changed since it was interrupted.",
            where=str(run.path),
            hint="bring back what it was trained on, or train again without --resume",
        )


def changed_machine(run: RunFolder, facts: Mapping[str, object]) -> list[str]:
    """What is no longer as it was when an interrupted run began and changes its numbers, in words; facts as above."""
    before = run.facts
    return [words for name, words in _TO_THE_BIT.items() if name in before and before[name] != facts[name]]


def _copy(folder: pathlib.Path, target: pathlib.Path, *, copy: Callable[[str, str], object]) -> None:
    with new_folder(target, error=RunError) as temporary:
        shutil.copytree(folder, temporary, dirs_exist_ok=True, copy_function=copy)
