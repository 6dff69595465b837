"""resume: a run that goes on from the last epoch of another one of the same recipe."""

import dataclasses
import pathlib
import shutil
from collections.abc import Callable

from bert_tf.atomic import link_or_copy, new_folder
from bert_tf.errors import RunError
from bert_tf.recipe.schema import Recipe
from bert_tf.runs.run import RunFolder
from bert_tf.tasks.recipes import run_recipe
from bert_tf.training.checkpoints import Checkpoint, is_whole, list_checkpoints

_CURVES = ("train", "validation")


@dataclasses.dataclass(frozen=True)
class Resumed:
    """Where a run goes on from.

    Attributes:
        run: The one whose epochs become the new run's.
        checkpoint: Of its last epoch, with the optimizer's state; where it is damaged, of the last that is whole.
    """

    run: RunFolder
    checkpoint: Checkpoint

    @property
    def epochs(self) -> list[dict[str, float]]:
        """The logs of the epochs that are done."""
        return list(self.run.metrics["epochs"][: self.checkpoint.epoch])

    def carry_over(self, run: RunFolder) -> None:
        """Give the new run the checkpoints and curves of these epochs; raises RunError for a full disk."""
        for checkpoint in _whole_checkpoints(self.run):
            # Nobody writes into a checkpoint once it stands, so both runs can have the same bytes.
            _copy(checkpoint.folder, run.path / checkpoint.folder.relative_to(self.run.path), copy=link_or_copy)
        for curves in (self.run.tensorboard / part for part in _CURVES):
            if curves.is_dir():
                _copy(curves, run.path / curves.relative_to(self.run.path), copy=shutil.copy2)


def resume(previous: RunFolder, recipe: Recipe) -> Resumed:
    """Where a recipe's run goes on from.

    Raises:
        RunError: the run before is of another recipe, or kept no checkpoint to go on from.
    """
    if run_recipe(previous) != recipe:
        raise RunError("The run to resume has another recipe.", where=str(previous.path))
    found = _whole_checkpoints(previous)
    if not found or found[-1].optimizer_sha256 is None:
        raise RunError(
            "The run can't be resumed: it has no saved optimizer state.",
            where=str(previous.checkpoints),
            hint="only Hyperband's runs save it; train this one from the start",
        )
    return Resumed(previous, found[-1])


def _whole_checkpoints(run: RunFolder) -> list[Checkpoint]:
    return [checkpoint for checkpoint in list_checkpoints(run.checkpoints) if is_whole(checkpoint)]


def _copy(folder: pathlib.Path, target: pathlib.Path, *, copy: Callable[[str, str], object]) -> None:
    with new_folder(target, error=RunError) as temporary:
        shutil.copytree(folder, temporary, dirs_exist_ok=True, copy_function=copy)
