"""evaluation: the metrics of a run."""

import dataclasses
import logging
import pathlib
from collections.abc import Mapping
from typing import Any, cast

from rich.console import Console

from bert_tf.batches.dataset import evaluation_batches
from bert_tf.data.examples import Examples
from bert_tf.errors import RunError
from bert_tf.evaluation.compute_outputs import Arrays
from bert_tf.evaluation.metrics_line import leaked_line, metrics_line
from bert_tf.evaluation.predictions import read_predictions, write_predictions
from bert_tf.evaluation.split_metrics import Answers, score_intervals, split_metrics
from bert_tf.models.task_network import HistoryNetwork, TaskNetwork, VectorNetwork
from bert_tf.plurals import counted
from bert_tf.report.epochs import epochs_from_events
from bert_tf.runs.run import RunFolder
from bert_tf.runs.run_metrics import CROSS_VALIDATION, SPLITS
from bert_tf.stage import Stage
from bert_tf.tasks.task import Task
from bert_tf.text.window_words import taken_words
from bert_tf.training.precision import matmuls_in
from bert_tf.workflow.assemble import chosen_checkpoint, measured_of
from bert_tf.workflow.item_outputs import ItemBaselines, Predict, item_outputs
from bert_tf.workflow.long_texts import longest_measured
from bert_tf.workflow.opened_run import OpenedRun
from bert_tf.workflow.prepare import Prepared, prepare
from bert_tf.workflow.ranked_outputs import ranked_outputs
from bert_tf.workflow.text_outputs import WindowRows, text_outputs

_LOG = logging.getLogger(__name__)

# Padding included; fewer leave cores idle, and more don't fit the cache.
BATCH_TOKENS = 4096
_INTERVAL = "95% interval of {name} in cross-validation: {low} to {high}"


def evaluate_run(run: RunFolder, *, cache_folder: pathlib.Path, console: Console | None = None) -> dict[str, Any]:
    """Measure the best checkpoint of a run again and rewrite its metrics.json; returns the metrics by split.

    A best checkpoint that is damaged is passed over, and a metrics.json that is damaged is made anew.

    Raises:
        BertTfError: no epoch is done, the data is gone or is not what the run was trained on.
    """
    console = console or Console(quiet=True)
    with Stage(console, "loading the model") as stage:
        opened = OpenedRun(run, cache_folder=cache_folder)
        predict = opened.predictor(opened.measured)
        prepared = prepare(opened.recipe, encoder_folder=opened.encoder, cache_folder=cache_folder, notice=stage.rename)
        opened.check_prepared(prepared)
    with matmuls_in(opened.compute.graph_precision):
        metrics = measure(predict, prepared, run, network=opened.network, console=console)
    run.write_metrics({**_metrics_before(run), **metrics, **measured_of(chosen_checkpoint(run))})
    return metrics


def _metrics_before(run: RunFolder) -> dict[str, Any]:
    if not run.is_measured:
        return {}
    try:
        return run.metrics
    except RunError as problem:
        _LOG.warning("%s It will be recomputed.", problem.what)
        return {"epochs": epochs_from_events(run.tensorboard)}


def measure(
    predict: Predict,
    prepared: Prepared,
    run: RunFolder,
    *,
    network: TaskNetwork,
    console: Console,
    known: Mapping[str, Arrays] | None = None,
) -> dict[str, Any]:
    """Metrics of validation and test, as far as there are such rows; each is shown, and the run gets predictions.

    What the task chooses on the validation rows holds for the test rows too, and is kept among the run's facts; without
    such rows it is what the task chooses by none.

    Where the run was cross-validated, that is measured too.

    Args:
        predict: Of the model that is measured.
        prepared: With the rows.
        run: Gets the predictions.
        network: Of the model.
        console: Where metrics are shown.
        known: What `split_outputs` gave for a split already, of the same weights.
    """
    known, task = known or {}, prepared.task
    baselines = _baselines(run, prepared, network)
    metrics: dict[str, Any] = {}
    chosen: Mapping[str, Any] = {}
    for split in (name for name in SPLITS if name in prepared.examples):
        rows = prepared.examples[split]
        with Stage(console, f"evaluating {counted(len(rows), f'{split} text')}"):
            outputs = known[split] if split in known else split_outputs(predict, prepared, split, network)
            if baselines is not None:
                outputs = {**outputs, **baselines.outputs(prepared.interactions[split])}
            answers = Answers(rows.targets, outputs, rows.facts)
            # Validation comes first.
            chosen = chosen or task.choose_on_validation(answers if split == "validation" else answers.of(slice(0)))
            rows = dataclasses.replace(rows, facts={**rows.facts, **chosen})
            metrics[split] = _measured(run, prepared, split, rows=rows, outputs=outputs, task=task)
        _show(console, split, metrics[split], task)
    if run.predictions(CROSS_VALIDATION).is_file():
        metrics[CROSS_VALIDATION] = _cross_validated(run, task, console)
    if chosen:
        run.add_facts(**chosen)
    return metrics


def _cross_validated(run: RunFolder, task: Task, console: Console) -> dict[str, Any]:
    """Of answers that the run has since its folds were trained: no other model can give them."""
    rows = read_predictions(run.predictions(CROSS_VALIDATION), task.columns())
    truncated = rows.lengths > longest_measured(run.recipe_values["text"])
    metrics = split_metrics(task.metrics(), rows.answers, truncated=truncated)
    _show(console, CROSS_VALIDATION, metrics, task)
    intervals = score_intervals(task.metrics(), rows.answers)
    run.add_facts(cross_validation={**run.facts.get("cross_validation", {}), "intervals": intervals})
    for measure in task.followed:
        if measure.key in intervals:
            low, high = map(measure.text, intervals[measure.key])
            console.print(_INTERVAL.format(name=measure.name, low=low, high=high), highlight=False, soft_wrap=True)
    return metrics


def _baselines(run: RunFolder, prepared: Prepared, network: TaskNetwork) -> ItemBaselines | None:
    """What rankings of items are held against; None for a task that ranks none."""
    if not prepared.interactions:
        return None
    found, rows = prepared.interactions, prepared.examples["train"]
    return ItemBaselines(
        cast(HistoryNetwork, network),
        found["train"],
        found.get("validation"),
        weights=network.example_weights(rows.targets, rows.weights),
        seed=run.recipe_values["training"]["seed"],
    )


def _measured(
    run: RunFolder, prepared: Prepared, split: str, *, rows: Examples, outputs: Arrays, task: Task
) -> dict[str, Any]:
    """The metrics of a split, whose predictions the run gets."""
    in_train = prepared.splits.leaked[split]
    write_predictions(
        run.predictions(split),
        rows,
        columns=task.columns(),
        outputs=outputs,
        lengths=prepared.whole_lengths(split),
        in_train=in_train,
    )
    answers = Answers(rows.targets, outputs, rows.facts)
    return split_metrics(task.metrics(), answers, truncated=prepared.truncated(split), in_train=in_train)


def _show(console: Console, split: str, metrics: Mapping[str, Any], task: Task) -> None:
    for line in (metrics_line, leaked_line):
        if said := line(split, metrics, task.followed):
            console.print(said, highlight=False, soft_wrap=True)
    for table in task.report().tables(metrics):
        console.print(table)


def split_outputs(predict: Predict, prepared: Prepared, split: str, network: TaskNetwork) -> Arrays:
    """Outputs of a split's N rows by name, each [N, …]; of texts, as of `text_outputs`, `ranked_outputs` or
    `item_outputs`."""
    windowed, taken = prepared.windowed.get(split), None
    if split in prepared.interactions:
        towers = cast(HistoryNetwork, network)
        return item_outputs(towers, predict, prepared.interactions[split], batch_tokens=BATCH_TOKENS)
    dataset, order = evaluation_batches(windowed or prepared.tokens[split], batch_tokens=BATCH_TOKENS)
    outputs = predict(dataset, order)
    if split in prepared.texts:
        vectors = cast(VectorNetwork, network)
        return ranked_outputs(vectors, outputs, predict, prepared.texts[split], batch_tokens=BATCH_TOKENS)
    words = prepared.aligned.words.get(split)
    joined_to = None if words is None else words.joined_to
    if windowed is None:
        return text_outputs(network, outputs, joined_to=joined_to)
    if prepared.begins_word is not None:
        rows = map(windowed.ids, range(len(windowed)))
        taken = taken_words(windowed.windows, rows, windowed.text_of, begins_word=prepared.begins_word)
    windows = WindowRows(windowed.lengths, windowed.text_of, len(prepared.examples[split]), taken)
    return text_outputs(network, outputs, windows, joined_to=joined_to)
