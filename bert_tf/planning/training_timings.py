"""A few steps of a recipe's training, timed: real batches, model, optimizer and callbacks."""

import contextlib
import dataclasses
import pathlib
from collections.abc import Mapping, Sequence

from bert_tf.batches.dataset import BatchSize
from bert_tf.batches.sample import Shape, sampled_shapes, shape_counts, steps_of
from bert_tf.environment import kernel_folder
from bert_tf.planning.stopwatch import Stopwatch
from bert_tf.recipe.schema import Recipe
from bert_tf.runs.run import RunFolder
from bert_tf.training.epoch_end import Validation
from bert_tf.training.fit import Steps, fit
from bert_tf.training.keep_points import Checkpointing
from bert_tf.training.step_clock import StepClock
from bert_tf.training.tensorboard.event_writers import open_writers
from bert_tf.training.tensorboard.scalars import Scalars
from bert_tf.workflow.assemble import monitored
from bert_tf.workflow.training_setup import TrainingSetup, compile_for_training

# Who asks for a plan waits for it: where steps are long, fewer are measured.
_STEPS, _MOST_SECONDS = 20, 4.0


@dataclasses.dataclass(frozen=True)
class TrainingTimings:
    """Seconds of training.

    Attributes:
        shape_counts: Steps of each shape of batches in the first epoch.
        first: The first step of each shape, in which it is traced, and compiled or loaded.
        later: The other steps of each shape that were trained.
        compiled: Kernels that were not in the cache before.
        around: Before the first step and after the last.
    """

    shape_counts: Mapping[Shape, int]
    first: Mapping[Shape, float]
    later: Mapping[Shape, Sequence[float]]
    compiled: int
    around: float


def time_training(recipe: Recipe, setup: TrainingSetup, run: RunFolder, *, steps: int | None) -> TrainingTimings:
    """Train one step of each shape, then more by the shapes' shares, and take the time of each.

    Args:
        recipe: Resolved.
        setup: Of the recipe; its model is changed.
        run: A folder for checkpoints and logs.
        steps: That are measured beside the first of each shape, at least 1; None is one more of each shape, and others
            for a few seconds.

    Raises:
        TrainingError: memory ran out, or the disk is full.
    """
    batches, counts = setup.batches, shape_counts(setup.batches)
    # Longest first: where memory is too small, that is told at once.
    shapes = sorted(counts, key=lambda shape: shape[0] * shape[1], reverse=True)
    shapes += sampled_shapes(counts, steps=steps or _STEPS)
    order = steps_of(shapes, batches)
    clock, kernels = StepClock(most_seconds=None if steps else _MOST_SECONDS, least_steps=2 * len(counts)), _kernels()

    def size(step: int) -> BatchSize:
        return batches.size(order[step])

    with open_writers(run.tensorboard) as writers, Stopwatch() as whole:
        compile_for_training(recipe, setup)
        fit(
            setup.model,
            Steps(lambda _: batches.dataset(steps=order), size, epochs=1, steps_per_epoch=len(order)),
            validation=Validation(None, monitored(recipe)),
            checkpoints=Checkpointing(run.checkpoints),
            callbacks=[Scalars(writers, size=size), clock],
        )
    later: dict[Shape, list[float]] = {shape: [] for shape in counts}
    for shape, seconds in zip(shapes[len(counts) :], clock.seconds[len(counts) :], strict=False):
        later[shape].append(seconds)
    return TrainingTimings(
        shape_counts=counts,
        first=dict(zip(shapes[: len(counts)], clock.seconds[: len(counts)], strict=True)),
        later=later,
        compiled=len(_kernels() - kernels),
        around=whole.seconds - sum(clock.seconds),
    )


def _kernels() -> set[pathlib.Path]:
    with contextlib.suppress(OSError):
        return set(kernel_folder().glob("*.pb"))
    return set()
