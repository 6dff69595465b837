"""A few steps of a recipe's training, timed: real batches, model, optimizer and callbacks."""

import collections
import contextlib
import dataclasses
import pathlib
from collections.abc import Mapping, Sequence

from bert_tf.batches.dataset import BatchSize
from bert_tf.batches.sample import Shape, sampled_shapes, shape_counts, spread_shapes, steps_of
from bert_tf.environment import kernel_folder
from bert_tf.planning.stopwatch import Stopwatch
from bert_tf.recipe.schema import Training
from bert_tf.runs.run import RunFolder
from bert_tf.training.epoch_end import Validation
from bert_tf.training.fit import Steps, fit
from bert_tf.training.keep_points import Checkpointing
from bert_tf.training.step_clock import StepClock
from bert_tf.training.tensorboard.event_writers import open_writers
from bert_tf.training.tensorboard.scalars import Scalars
from bert_tf.workflow.training_setup import TrainingSetup, compile_for_training

# Who asks for a plan waits for it: where steps are long, fewer are measured, and not all shapes, but two in any case.
_STEPS, _MOST_SECONDS, _LEAST_STEPS = 20, 9.0, 4


@dataclasses.dataclass(frozen=True)
class TrainingTimings:
    """Seconds of training.

    Attributes:
        shape_counts: Steps of each shape of batches in the first epoch.
        first: The first step of each shape that was measured, in which it is traced, and compiled or loaded; in order.
        later: The other steps of these shapes, at least one of each.
        compiled: Kernels that were not in the cache before.
        around: Before the first step and after the last.
    """

    shape_counts: Mapping[Shape, int]
    first: Mapping[Shape, float]
    later: Mapping[Shape, Sequence[float]]
    compiled: int
    around: float


def time_training(training: Training, setup: TrainingSetup, run: RunFolder, *, steps: int | None) -> TrainingTimings:
    """Train two steps of each shape, then more by the shapes' shares, and take the time of each.

    Args:
        training: The table of the recipe.
        setup: Of the recipe; its model is changed.
        run: A folder for checkpoints and logs.
        steps: That are measured beside the first of each shape, at least 1; None is as many as a few seconds allow, of
            some shapes only where these are not enough for all.

    Raises:
        TrainingError: memory ran out, or the disk is full.
    """
    batches, counts = setup.batches, shape_counts(setup.batches)
    # The largest is the first: where memory is too small, that is told at once.
    spread = spread_shapes(counts)
    shapes = [*spread[:2] * 2, *(shape for shape in spread[2:] for _ in range(2))]
    shapes += sampled_shapes(counts, steps=steps or _STEPS)[len(counts) :]
    order = steps_of(shapes, batches)
    clock, kernels = StepClock(most_seconds=None if steps else _MOST_SECONDS, least_steps=_LEAST_STEPS), _kernels()

    def size(step: int) -> BatchSize:
        return batches.size(order[step])

    with open_writers(run.tensorboard) as writers, Stopwatch() as whole:
        compile_for_training(training, setup)
        fit(
            setup.model,
            Steps(lambda _: batches.dataset(steps=order), size, epochs=1, steps_per_epoch=len(order)),
            validation=Validation(None, setup.monitor),
            checkpoints=Checkpointing(run.checkpoints),
            callbacks=[Scalars(writers, size=size), clock],
        )
    taken: dict[Shape, list[float]] = collections.defaultdict(list)
    for shape, seconds in zip(shapes, clock.seconds, strict=False):
        taken[shape].append(seconds)
    measured = {shape: seconds for shape, seconds in taken.items() if len(seconds) > 1}
    return TrainingTimings(
        shape_counts=counts,
        first={shape: seconds[0] for shape, seconds in measured.items()},
        later={shape: seconds[1:] for shape, seconds in measured.items()},
        compiled=len(_kernels() - kernels),
        around=whole.seconds - sum(clock.seconds),
    )


def _kernels() -> set[pathlib.Path]:
    with contextlib.suppress(OSError):
        return set(kernel_folder().glob("*.pb"))
    return set()
