"""The runs in a folder, each as one flat table of what its files say; no TensorFlow, and fast with hundreds."""

import pathlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bert_tf.errors import RunError
from bert_tf.nearest_name import nearest_name
from bert_tf.recipe.dotted import dotted
from bert_tf.runs.interruption import interruption
from bert_tf.runs.run import INTERRUPTED, RunFolder, find_runs
from bert_tf.runs.run_filter import Condition, holds, order
from bert_tf.runs.run_metrics import MEASURED

_FACTS = ("training_seconds", "seconds_to_first_step", "peak_memory_mib", "baseline")
_WHY = {
    "crashed": "Its process is gone: it was killed, or the machine went down.",
    "stopped": "It was stopped.",
    "failed": "It failed.",
}


@dataclass(frozen=True)
class RunSummary:
    """A run in a list.

    Attributes:
        path: Its folder.
        values: `recipe`, `id`, `status` (as of `RunFolder.status`, or `unreadable`), `started`, `epochs` that are done,
            `minutes` of training, `exported` (the newest version in the run's own folder), `validation.macro_f1`,
            `test.log_loss` and the like, seconds and memory, `baseline` (an id), and every key of the resolved recipe;
            a run has only those that are known of it.
        problem: What is wrong with it, in a sentence.
    """

    path: pathlib.Path
    values: dict[str, Any]
    problem: str | None = None


def list_runs(
    folder: pathlib.Path,
    *,
    recipe: str | None = None,
    conditions: Sequence[Condition] = (),
    sort: str = "started",
    reverse: bool = False,
) -> list[RunSummary]:
    """The runs in a folder that meet all conditions.

    Args:
        folder: Such as `runs/`; may be missing or empty.
        recipe: Only its runs.
        conditions: On the values of `RunSummary`.
        sort: A key of the values. The largest comes first, and runs without it last.
        reverse: The smallest comes first.

    Raises:
        RunError: no run is of that recipe, or no run has a key; names the nearest.
    """
    runs = find_runs(folder)
    if recipe is not None:
        runs = _of_recipe(runs, recipe, folder)
    summaries = [_summary(run) for run in runs]
    _check_keys([*(condition.key for condition in conditions), sort], summaries)
    found = [run for run in summaries if all(holds(condition, run.values) for condition in conditions)]
    known = [run for run in found if sort in run.values]
    known.sort(key=lambda run: order(run.values[sort]), reverse=not reverse)
    return [*known, *(run for run in found if sort not in run.values)]


def _of_recipe(runs: Sequence[RunFolder], recipe: str, folder: pathlib.Path) -> list[RunFolder]:
    found = [run for run in runs if run.path.parent.name == recipe]
    if runs and not found:
        names = sorted({run.path.parent.name for run in runs})
        close = nearest_name(recipe, names)
        raise RunError(
            f"There are no runs of {recipe!r}, only of: {', '.join(names)}.",
            where=str(folder),
            hint=f"did you mean {close!r}?" if close else f"`bert-tf train {recipe}` creates one",
        )
    return found


def _check_keys(keys: Sequence[str], summaries: Sequence[RunSummary]) -> None:
    known = sorted({key for run in summaries for key in run.values} | {"started"})
    for key in keys:
        if summaries and key not in known:
            close = nearest_name(key, known)
            raise RunError(
                f"None of these runs has {key!r}.",
                hint=f"did you mean {close!r}?" if close else "`bert-tf runs --json` lists all keys",
                kind="usage",
            )


def _summary(run: RunFolder) -> RunSummary:
    values: dict[str, Any] = {"recipe": run.path.parent.name, "id": run.path.name}
    try:
        facts, recipe = run.facts, run.recipe_values
        values["status"] = run.status
        metrics = run.metrics if run.is_measured else {}
    except RunError as problem:
        return RunSummary(run.path, {**values, "status": "unreadable"}, problem.what)
    known = {
        "started": facts.get("started"),
        "epochs": _epochs(run, metrics),
        "minutes": round(facts["training_seconds"] / 60, 1) if "training_seconds" in facts else None,
        "exported": _newest_export(run),
        **{name: facts.get(name) for name in _FACTS},
    }
    scores: dict[str, Any] = {split: _figures(metrics[split]) for split in MEASURED if split in metrics}
    settings = {name: value for name, value in recipe.items() if name not in ("name", "description")}
    values |= {name: value for name, value in known.items() if value is not None}
    return RunSummary(
        run.path,
        {**values, **dotted(scores), **dotted(settings)},
        _problem(run, values["status"]),
    )


def _problem(run: RunFolder, status: str) -> str | None:
    if status == "trained" and not run.is_measured:
        return f"Its metrics.json is missing; `bert-tf evaluate {run.path}` writes it again."
    return f"{_WHY[status]} {interruption(run)}" if status in INTERRUPTED else None


def _figures(metrics: Mapping[str, Any]) -> dict[str, Any]:
    figures = {name: value for name, value in metrics.items() if isinstance(value, int | float)}
    return figures | {name: metrics[name] for name in metrics if name == "without_leaked"}


def _epochs(run: RunFolder, metrics: Mapping[str, Any]) -> int:
    """Epochs that are done: by the metrics, else by the newest checkpoint."""
    if "epochs" in metrics:
        return len(metrics["epochs"])
    numbers = (path.name.removeprefix("epoch-") for path in run.checkpoints.glob("epoch-*"))
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def _newest_export(run: RunFolder) -> int | None:
    return max((int(path.name) for path in run.export.glob("*/*") if path.name.isdigit()), default=None)
