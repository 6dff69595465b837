"""A small piece of a recipe's run, timed: what a plan is reckoned from. Leaves nothing but filled caches."""

import dataclasses
import functools
import pathlib
from collections.abc import Callable

import psutil

from bert_tf.machine import peak_memory_mib
from bert_tf.planning.evaluation_timings import EvaluationTimings, time_evaluation
from bert_tf.planning.export_timings import ExportTimings, time_export
from bert_tf.planning.mining_timings import MiningTimings, time_mining
from bert_tf.planning.stopwatch import Stopwatch
from bert_tf.planning.training_timings import TrainingTimings, time_training
from bert_tf.recipe.schema import Recipe
from bert_tf.runs.run import new_run
from bert_tf.temporaries import scratch_folder
from bert_tf.training.precision import matmuls_in
from bert_tf.workflow.cross_validation import folds_of_rows
from bert_tf.workflow.encoder_checks import fitting_encoder
from bert_tf.workflow.prepare import read_splits, tokenized
from bert_tf.workflow.training_setup import set_up_training


@dataclasses.dataclass(frozen=True)
class Timings:
    """What was measured.

    Attributes:
        data: Seconds to read the data from the caches.
        first_data: Seconds to read, check and tokenize it as the caches were before; like `data` if they had it.
        set_up: Seconds to load the encoder and build the model.
        training: Steps.
        evaluation: Predictions, and what is done with them.
        export: Rows and golden requests.
        peak_memory_mib: Of the process.
        others_share: Share of all cores' time that other processes took meanwhile.
        compute: Kernels and precision, for people.
        in_bfloat16: Whether matrices are multiplied in it.
        remark: What is slower in that than it need be, for people; empty where nothing is.
        mining: Of hard negatives, where the recipe wants them.
    """

    data: float
    first_data: float
    set_up: float
    training: TrainingTimings
    evaluation: EvaluationTimings
    export: ExportTimings
    peak_memory_mib: int
    others_share: float
    compute: str
    in_bfloat16: bool
    remark: str
    mining: MiningTimings | None = None


def take_timings(
    recipe: Recipe, *, cache_folder: pathlib.Path, steps: int | None, notice: Callable[[str], None]
) -> Timings:
    """Prepare the data, train a few steps of every shape, predict some batches, and take the time of each.

    Args:
        recipe: Resolved.
        cache_folder: As of `train_recipe`.
        steps: Of training that are measured, see `time_training`.
        notice: Is told what goes on.

    Raises:
        BertTfError: whatever would stop the run before it trains, and memory that is too small for a step.
    """
    load_before = _busy_seconds()
    with Stopwatch() as whole:
        notice("reading and checking the data")
        files = fitting_encoder(recipe)
        with Stopwatch() as reading:
            splits = read_splits(recipe, cache_folder=cache_folder)
        tokenize = functools.partial(tokenized, recipe, splits, encoder_folder=files.folder, cache_folder=cache_folder)
        notice("tokenizing the texts")
        with Stopwatch() as tokenizing:
            prepared = tokenize()
        if recipe.shots.folds is not None:
            folds_of_rows(recipe, prepared)
        with Stopwatch() as from_cache:
            tokenize()
        notice("loading the encoder")
        with Stopwatch() as set_up:
            setup = set_up_training(recipe, files.folder, prepared)
        with scratch_folder() as scratch, matmuls_in(setup.compute.graph_precision):
            run = new_run(recipe, scratch, folder=scratch / "run")
            notice("training a few steps")
            training = time_training(recipe.training, setup, run, steps=steps)
            notice("predicting")
            evaluation = time_evaluation(setup, prepared, run)
            wanted = prepared.task.mining(recipe)
            mining = None if wanted is None else time_mining(setup, prepared, wanted)
        notice("measuring the export")
        export = time_export(recipe, setup, prepared, encoder_folder=files.folder)
    return Timings(
        data=reading.seconds + from_cache.seconds,
        first_data=reading.seconds + tokenizing.seconds,
        set_up=set_up.seconds,
        training=training,
        evaluation=evaluation,
        export=export,
        peak_memory_mib=peak_memory_mib(),
        others_share=(_busy_seconds() - load_before) / whole.seconds / (psutil.cpu_count() or 1),
        compute=setup.compute.reason,
        remark=setup.compute.remark,
        in_bfloat16=setup.compute.precision == "bfloat16",
        mining=mining,
    )


def _busy_seconds() -> float:
    """Seconds that the cores have worked for others than this process."""
    times, own = psutil.cpu_times(), psutil.Process().cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    return sum(times[:8]) - idle - own.user - own.system
