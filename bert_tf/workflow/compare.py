"""compare: runs side by side, from the files they left; no model and no TensorFlow."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.errors import RunError
from bert_tf.evaluation.intervals import Interval
from bert_tf.evaluation.paired import paired_difference
from bert_tf.evaluation.predictions import Predictions, read_predictions
from bert_tf.evaluation.split_metrics import Metrics, row_scores, score_intervals
from bert_tf.measures import Measure
from bert_tf.recipe.dotted import differing, dotted
from bert_tf.report.compared_runs import ComparedRun, Disagreement, Line, Pairing, Score
from bert_tf.report.comparison import LEAKED, RESOURCES, Comparison
from bert_tf.report.run_facts import training_cost
from bert_tf.report.task_comparison import TaskComparison
from bert_tf.runs.run import RunFolder
from bert_tf.runs.run_metrics import MEASURED
from bert_tf.tasks.table import task_of_values
from bert_tf.tasks.task import Task

_SURROUNDINGS = ("encoder", "tokenizer", "pooling", "compute", "machine", "versions")
_MOST_ROWS = 1_000  # of each kind; pages and terminals show the first of them


@dataclasses.dataclass(frozen=True)
class _Files:
    """What a run's small files say; empty where they don't."""

    entry: ComparedRun
    task: Task | None = None
    recipe: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    surroundings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    figures: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, eq=False)
class _Answered:
    """A run's answers, and what its first measure is of each row alone."""

    number: int
    task: Task
    rows: Predictions
    row_scores: np.ndarray


def compare_runs(runs: Sequence[RunFolder], *, split: str = "test") -> Comparison:
    """Hold runs side by side, and pair each with the first that kept its predictions.

    Args:
        runs: At least two; unfinished and damaged ones are listed with a note.
        split: `test` or `validation`.

    Raises:
        RunError: fewer than two have a score on the split; tells of each why.
    """
    files = [_read(run, number, split=split) for number, run in enumerate(runs, start=1)]
    scored = [each for each in files if each.entry.scores]
    if len(scored) < 2:
        raise RunError(
            f"A comparison needs at least two runs with a score on {split} rows.",
            problems=[f"{each.entry.path}: {each.entry.note or 'it has one'}" for each in files],
            hint="give more runs, or a folder of runs such as runs/imdb; `bert-tf runs` lists them",
        )
    entries, pairs, reference = _paired(runs, files, split=split)
    tasks = [each.task for each in scored if each.task is not None]
    comparison = tasks[0].comparison()
    return Comparison(
        split=split,
        measures=tuple(dict.fromkeys(measure for task in tasks for measure in task.followed)),
        words=comparison.words,
        runs=tuple(entries),
        reference=reference,
        pairs=tuple(pairs),
        recipe=_lines(differing([each.recipe for each in files])),
        surroundings=_lines(differing([each.surroundings for each in files], absent_differs=False)),
        resources=_side_by_side([entry.resources for entry in entries], order=list(RESOURCES)),
        breakdown=comparison.breakdown([each.figures for each in files]),
    )


def _read(run: RunFolder, number: int, *, split: str) -> _Files:
    try:
        recipe, facts, status = run.recipe_values, run.facts, run.status
        metrics = run.metrics if run.is_measured else {}
    except RunError as problem:
        return _Files(ComparedRun(number, str(run.path), started="", status="unreadable", note=problem.what))
    figures, task = metrics.get(split, {}), task_of_values(recipe)
    entry = ComparedRun(
        number,
        str(run.path),
        started=facts.get("started", ""),
        status=status,
        note=None if figures else _why_unmeasured(run, metrics, status, split),
        rows=figures.get("examples"),
        scores=_scores(figures, task.followed),
        resources=_resources(facts, metrics),
        epochs=tuple(metrics.get("epochs", ())),
        task=recipe["task"],
    )
    return _Files(
        entry,
        task=task,
        recipe={key: value for key, value in dotted(recipe).items() if key != "description"},
        surroundings=dotted(
            {name: facts[name] for name in _SURROUNDINGS if name in facts}
            | {"rows": facts.get("data", {}).get("rows", {})}
        ),
        figures=figures,
    )


def _scores(figures: Mapping[str, Any], followed: Sequence[Measure]) -> dict[str, Score]:
    rest = {f"{name}{LEAKED}": figure for name, figure in figures.get("without_leaked", {}).items()}
    wanted = {f"{measure.key}{end}" for measure in followed for end in ("", LEAKED)}
    return {name: Score(figure) for name, figure in {**figures, **rest}.items() if name in wanted}


def _why_unmeasured(run: RunFolder, metrics: Mapping[str, Any], status: str, split: str) -> str:
    others = [f"--split {name}" for name in reversed(MEASURED) if name in metrics]
    if others:
        return f"It has no {split} rows; use {' or '.join(others)}."
    if status == "running":
        return "The run is still in progress."
    hint = f"once an epoch has finished, `bert-tf evaluate {run.path}` computes one"
    return f"Its status is {status} and it has no score; {hint}."


def _resources(facts: Mapping[str, Any], metrics: Mapping[str, Any]) -> dict[str, float]:
    rows = len(metrics.get("epochs", ())) * facts.get("data", {}).get("rows", {}).get("train", 0)
    seconds = facts.get("training_seconds")
    speed = {"training_rows_per_second": round(rows / seconds, 1)} if rows and seconds else {}
    return {name: value for name, value in {**facts, **speed, **_costs(facts)}.items() if name in RESOURCES}


def _costs(facts: Mapping[str, Any]) -> dict[str, float]:
    """As the report has them: an estimate, of which two digits tell something."""
    cost = training_cost(facts)
    if cost is None:
        return {}
    estimates = {"dollars": cost.dollars, "watt_hours": 1000 * cost.kilowatt_hours}
    return {name: float(f"{value:.2g}") for name, value in estimates.items()}


def _paired(
    runs: Sequence[RunFolder], files: Sequence[_Files], *, split: str
) -> tuple[list[ComparedRun], list[Pairing], int | None]:
    """The runs with their intervals, the pairs, and the number of the run that the others are paired with.

    One run's predictions are held beside the reference's at a time: they hold the texts.
    """
    entries: list[ComparedRun] = []
    pairs: list[Pairing] = []
    reference: _Answered | None = None
    for run, file in zip(runs, files, strict=True):
        entry = file.entry
        if entry.scores and (task := file.task):
            metrics = task.metrics()
            try:
                rows = read_predictions(run.measured_predictions(split), task.columns())
            except RunError as problem:
                entry = dataclasses.replace(entry, note=_without_predictions(run, problem))
            else:
                scores = _with_intervals(entry.scores, rows, metrics)
                entry = dataclasses.replace(entry, rows=len(rows), scores=scores)
                answered = _Answered(entry.number, task, rows, row_scores(metrics, rows.answers))
                if reference is None:
                    reference = answered
                elif (apart := _apart(answered, reference)) is None:
                    pairs.append(_pairing(answered, reference))
                else:
                    entry = dataclasses.replace(entry, note=f"{apart}, so the two can't be compared row by row.")
        entries.append(entry)
    return entries, pairs, None if reference is None else reference.number


def _apart(answered: _Answered, reference: _Answered) -> str | None:
    """Why two runs' answers can't be held beside each other; None where they can."""
    if answered.task.description != reference.task.description:
        return f"It is of another task than run {reference.number}"
    if answered.task.measures != reference.task.measures:
        return f"It has other heads than run {reference.number}"
    if not answered.rows.same_rows(reference.rows):
        return f"It was evaluated on other rows than run {reference.number}"
    return None


def _without_predictions(run: RunFolder, problem: RunError) -> str:
    return f"{problem.what} Its score has no interval and no paired test; `bert-tf evaluate {run.path}` adds them."


def _with_intervals(scores: Mapping[str, Score], rows: Predictions, metrics: Metrics) -> dict[str, Score]:
    unseen = ~rows.in_train
    found = {**scores, **_placed(score_intervals(metrics, rows.answers), scores)}
    if unseen.any() and not unseen.all():
        rest = score_intervals(metrics, rows.answers.of(unseen))
        found |= _placed({f"{key}{LEAKED}": interval for key, interval in rest.items()}, scores)
    return found


def _placed(intervals: Mapping[str, Interval], scores: Mapping[str, Score]) -> dict[str, Score]:
    return {key: Score(scores[key].value, *interval) for key, interval in intervals.items() if key in scores}


def _pairing(run: _Answered, reference: _Answered) -> Pairing:
    task = run.task.comparison()
    run_better, reference_better = task.apart(run.rows.answers, reference.rows.answers)
    better = task.words.measure.better
    return Pairing(
        run.number,
        reference.number,
        paired_difference(run.row_scores, reference.row_scores, better=better),
        run_better=tuple(_disagreement(task, int(row), run, reference, True) for row in run_better[:_MOST_ROWS]),
        reference_better=tuple(
            _disagreement(task, int(row), run, reference, False) for row in reference_better[:_MOST_ROWS]
        ),
    )


def _disagreement(
    task: TaskComparison, row: int, run: _Answered, reference: _Answered, is_better: bool
) -> Disagreement:
    rows, others = run.rows, reference.rows
    return Disagreement(
        row,
        place=rows.place(row),
        text=rows.text(row),
        pair=rows.pair(row),
        expected=task.expected(rows.answers, row),
        answer=task.answer(rows.answers, row, is_better=is_better),
        reference=task.answer(others.answers, row, is_better=not is_better),
    )


def _lines(values: Mapping[str, tuple[Any, ...]]) -> tuple[Line, ...]:
    return tuple(Line(name, each) for name, each in values.items())


def _side_by_side(tables: Sequence[Mapping[str, Any]], *, order: Sequence[str] = ()) -> tuple[Line, ...]:
    known = dict.fromkeys(name for table in tables for name in table)
    names = [name for name in order if name in known] or known
    return tuple(Line(name, tuple(table.get(name) for table in tables)) for name in names)
