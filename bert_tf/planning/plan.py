"""plan: how long a recipe's run will take, how much memory it needs and what it costs, from a few measured steps."""

import dataclasses
import pathlib
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.costs import Cost, Instance, estimate, find_instance, rate_basis, training_rate
from bert_tf.errors import InstanceError
from bert_tf.machine import describe, free_memory_mib, own_memory_mib
from bert_tf.planning.evaluation_timings import EvaluationTimings
from bert_tf.planning.mining_timings import MiningTimings
from bert_tf.planning.timings import Timings, take_timings
from bert_tf.planning.training_timings import TrainingTimings
from bert_tf.recipe.few_shot import NO_SHOTS, FewShot
from bert_tf.recipe.schema import Recipe
from bert_tf.workflow.explanations import AFTER_TRAINING

# What an export does besides: models are made anew, graphs traced and written, the TF-Hub pair too; and the processes
# that prove it are started, load the model and take its latency. In starts of a process that imports everything, and in
# set-ups of the model.
_EXPORT_STARTS = 8.0
_EXPORT_SET_UPS = 4
# How often golden requests are answered: by the run's own graph, which takes about twice as long as the exported one,
# and by two loaders, in batches and one by one.
_EXPORT_ANSWERS = 6
# Of the seconds that a shape is compiled, what is left when its kernels are loaded instead.
_LOADED_SHARE = 0.1
_DRAWING = 2.0  # seconds of the report's figures
_BUSY = 0.1  # share of the cores that others may take before it is told


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a run will take.

    Attributes:
        recipe: Its name.
        machine: As of `machine.describe`: where it was measured.
        instance: The cloud instance that the plan is for; None for the machine itself.
        compute: Kernels and precision, as measured.
        rate: How many times as fast the instance trains as the machine; 1 for the machine itself.
        stages: Seconds of each stage, in order.
        seconds: Their sum: from the command to the report.
        epoch_seconds: Training of one epoch, without validation.
        epochs: At most, where the recipe stops early.
        steps: Of an epoch.
        batch_shapes: Different shapes among them.
        peak_memory_mib: Of the process.
        memory_mib: What the process can come to have: free on the machine, or all of the instance's.
        cost: Dollars and kilowatt-hours of all stages.
        notes: Sentences that a person should read.
    """

    recipe: str
    machine: Mapping[str, Any]
    instance: str | None
    compute: str
    rate: float
    stages: Mapping[str, float]
    seconds: float
    epoch_seconds: float
    epochs: int
    steps: int
    batch_shapes: int
    peak_memory_mib: int
    memory_mib: int
    cost: Cost
    notes: Sequence[str]


def plan_recipe(
    recipe: Recipe,
    *,
    cache_folder: pathlib.Path,
    start_up: float,
    steps: int | None = None,
    instance: str | None = None,
    dollars_per_hour: float | None = None,
    notice: Callable[[str], None] = lambda _: None,
) -> Plan:
    """Measure a few steps of a recipe's run, and reckon the whole of it. Leaves no run.

    Args:
        recipe: Resolved.
        cache_folder: As of `train_recipe`; data, token ids and compiled kernels that the run will need stay in it.
        start_up: Seconds that a process takes to import everything, such as `first_step.seconds_since_start` gives
            before anything else is done.
        steps: Of training that are measured, as of `time_training`.
        instance: A name from the table of `costs`: times are scaled to it by estimated rates.
        dollars_per_hour: Instead of the table's price.
        notice: Is told what goes on.

    Raises:
        InstanceError: no such instance. BertTfError: whatever would stop the run before it trains.
    """
    target = None if instance is None else find_instance(instance)
    machine, memory = describe(), free_memory_mib() + own_memory_mib()
    timings = take_timings(recipe, cache_folder=cache_folder, steps=steps, notice=notice)
    rate = 1.0 if target is None else _relative_rate(recipe, timings, machine, target)
    if target is not None:
        memory = int(target.memory_gib * 1024)
    stages = stage_seconds(timings, epochs=recipe.training.epochs, start_up=start_up, rate=rate, shots=recipe.shots)
    total = sum(stages.values())
    return Plan(
        recipe=recipe.name,
        machine=machine,
        instance=target.name if target else None,
        compute=timings.compute,
        rate=rate,
        stages=stages,
        seconds=total,
        epoch_seconds=epoch_seconds(timings.training) / rate,
        epochs=recipe.training.epochs,
        steps=sum(timings.training.shape_counts.values()),
        batch_shapes=len(timings.training.shape_counts),
        peak_memory_mib=timings.peak_memory_mib,
        memory_mib=memory,
        cost=estimate(total, instance=instance, dollars_per_hour=dollars_per_hour, machine=machine),
        notes=_notes(recipe, timings, target, memory),
    )


def epoch_seconds(training: TrainingTimings) -> float:
    """Seconds of an epoch: the median of each shape's measured steps, times how many there are.

    Steps of a shape that was not measured take what lies between the measured ones by its tokens.
    """
    medians = {shape: statistics.median(seconds) for shape, seconds in training.later.items()}
    tokens, known = zip(*sorted((rows * length, medians[rows, length]) for rows, length in medians), strict=True)
    between = {shape: float(np.interp(shape[0] * shape[1], tokens, known)) for shape in training.shape_counts}
    return sum(count * medians.get(shape, between[shape]) for shape, count in training.shape_counts.items())


def first_steps_seconds(training: TrainingTimings) -> float:
    """Seconds that the first steps of all shapes take beyond the later ones, when their kernels are in the cache.

    Where they were not, the very first step was traced and compiled, and those of the other shapes were compiled: a
    run traces as well, loads what was compiled here, and compiles the shapes that were not measured.
    """
    beyond, compiling = _beyond_later_steps(training), _compiling_seconds(training)
    unmeasured = compiling * (len(training.shape_counts) - len(beyond))
    if not training.compiled:
        return sum(beyond) + unmeasured
    return beyond[0] - compiling + _LOADED_SHARE * compiling * len(beyond) + unmeasured


def _compiling_seconds(training: TrainingTimings) -> float:
    """Of a shape; loading it, where all were in the cache."""
    beyond = _beyond_later_steps(training)
    return min(beyond[0], statistics.median(beyond[1:] or [beyond[0] / 2]))


def _beyond_later_steps(training: TrainingTimings) -> list[float]:
    """Seconds that each shape's first step took beyond the others, in the order in which they were trained."""
    return [max(0.0, seconds - statistics.median(training.later[shape])) for shape, seconds in training.first.items()]


def stage_seconds(
    timings: Timings, *, epochs: int, start_up: float, rate: float, shots: FewShot = NO_SHOTS
) -> dict[str, float]:
    """Seconds of each stage of a run, in order.

    Args:
        timings: What was measured.
        epochs: Of training.
        start_up: As of `plan_recipe`.
        rate: Times as fast as measured: steps and predictions only, since the rest is work for one core.
        shots: How the encoder is trained before, by texts that take as long as those of an epoch.
    """
    training, evaluation, validation = timings.training, timings.evaluation, 0.0
    if "validation" in evaluation.predicting:
        validation = evaluation.start + evaluation.predicting["validation"] / rate + evaluation.epoch_end
    mining, contrast = timings.mining, _contrast_seconds(training, shots) / rate
    trained = _training_seconds(training, mining, epochs=epochs, rate=rate)
    return {
        "start": start_up + timings.set_up,
        "data": timings.data,
        **({"contrast": contrast} if shots.steps else {}),
        **({"folds": _folds_seconds(timings, shots, contrast + trained)} if shots.folds else {}),
        "training": trained,
        **({} if mining is None else {"mining": _mining_seconds(evaluation, mining, epochs=epochs, rate=rate)}),
        "validation": epochs * validation,
        # The validation rows were answered after the best epoch.
        "evaluation": evaluation.start + evaluation.predicting.get("test", 0.0) / rate + evaluation.closing,
        "export": timings.export.parity
        + _EXPORT_ANSWERS * timings.export.answers
        + _EXPORT_SET_UPS * timings.set_up
        + _EXPORT_STARTS * start_up,
        "report": _DRAWING + (timings.set_up + AFTER_TRAINING if evaluation.predicting else 0.0),
    }


def _training_seconds(training: TrainingTimings, mining: MiningTimings | None, *, epochs: int, rate: float) -> float:
    """Of all epochs. Rows with a mined text take so much longer, and their shapes are new."""
    first, epoch = first_steps_seconds(training), epoch_seconds(training) / rate
    whole = training.around + first + epochs * epoch
    grown = 0 if mining is None else mining.grown(epochs)
    return whole if mining is None or not grown else whole + first + grown * epoch * (mining.growth - 1)


def _mining_seconds(evaluation: EvaluationTimings, mining: MiningTimings, *, epochs: int, rate: float) -> float:
    return mining.times(epochs) * (evaluation.start + mining.predicting / rate + mining.searching)


def _contrast_seconds(training: TrainingTimings, shots: FewShot) -> float:
    rows = sum(count * rows for (rows, _), count in training.shape_counts.items())
    return shots.steps * min(shots.batch_size, rows) * epoch_seconds(training) / rows + first_steps_seconds(training)


def _folds_seconds(timings: Timings, shots: FewShot, training: float) -> float:
    """Of the models that are trained for cross-validation, each on the rows of all folds but one."""
    folds = shots.folds or 0
    return folds * (timings.set_up + timings.evaluation.start) + (folds - 1) * training


def _relative_rate(recipe: Recipe, timings: Timings, machine: Mapping[str, Any], target: Instance) -> float:
    here = training_rate(
        cores=machine["cores"], features=machine["features"], gpus=machine["gpus"], bfloat16=timings.in_bfloat16
    )
    there = training_rate(
        cores=target.cpus,
        features=target.features,
        gpus=[target.gpu] if target.gpu else [],
        bfloat16=recipe.training.precision in ("auto", "bfloat16"),
    )
    if here is None or there is None:
        raise InstanceError(
            f"How fast {machine['gpus'][0]} trains is not in the table, so {target.name} can't be estimated.",
            hint="without --instance, the plan measures this machine",
        )
    return there / here


def _notes(recipe: Recipe, timings: Timings, target: Instance | None, memory: int) -> list[str]:
    notes, training = [], recipe.training
    if timings.peak_memory_mib > memory:
        notes.append(
            f"Not enough memory: {timings.peak_memory_mib:,} MiB are needed, but {memory:,} MiB are available. "
            + _less_memory(recipe)
        )
    if timings.remark and target is None:
        notes.append(timings.remark)
    if target is not None:
        notes.append(f"Speed on {target.name} is {rate_basis(on_gpu=target.gpu is not None)}.")
    if training.early_stopping:
        notes.append(f"The run may stop before epoch {training.epochs}; this is the maximum.")
    if recipe.export.is_reduced:
        notes.append(
            "Export also compares the reduced precision with float32. Its two extra evaluations and latency "
            "measurements are not in this plan."
        )
    if timings.others_share > _BUSY:
        notes.append(
            f"Other processes used {timings.others_share:.0%} of this machine's cores during the measurement. Without "
            "them, the run is faster."
        )
    cached = timings.first_data - timings.data
    if timings.training.compiled:
        measured = len(timings.training.first)
        cached += (1 - _LOADED_SHARE) * _compiling_seconds(timings.training) * measured
    if cached > 1 and target is None:
        notes.append(f"Data, token ids and kernels are now cached, which saves the run {cached:.0f} s.")
    elif cached > 1:
        notes.append(
            f"The first run on a machine also prepares data, token ids and kernels, which took {cached:.0f} s here."
        )
    return notes


def _less_memory(recipe: Recipe) -> str:
    training = recipe.training
    if training.batch_tokens is not None and training.micro_batch_size is None:
        # Micro-batches are rows, of which a batch of long texts has few.
        tokens = max(recipe.text.max_tokens, training.batch_tokens // 2)
        return f"Smaller batches need less: --set training.batch_tokens={tokens}"
    rows = training.micro_batch_size or training.batch_size
    return f"Micro-batches take only slightly longer: --set training.micro_batch_size={max(1, rows // 4)}"
