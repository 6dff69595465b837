"""Scores that a script wants: `test.macro_f1=0.9` at least, `test.log_loss=0.5` at most."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bert_tf.errors import RunError, ScoreError
from bert_tf.measures import find_measure
from bert_tf.nearest_name import nearest_name
from bert_tf.recipe.dotted import dotted
from bert_tf.runs.run_metrics import MEASURED
from bert_tf.tasks.table import MEASURES, TABLES

_FORM = re.compile(r"\s*([^=]+?)\s*=\s*([^=]+?)\s*")
# What stands below two of them depends on the data.
_METRICS = (*(measure.key for measure in MEASURES), "truncated_share", *TABLES, "without_leaked")


@dataclass(frozen=True)
class Threshold:
    """`metric` as in metrics.json with dots, such as `test.per_class.good.f1`, and the worst value it may have."""

    metric: str
    worst: float


def parse_threshold(text: str) -> Threshold:
    """Read `test.macro_f1=0.9`.

    Raises:
        RunError: the text has not that form, or no run has such a metric; names the nearest.
    """
    match = _FORM.fullmatch(text)
    try:
        found = Threshold(match[1], float(match[2])) if match else None
    except ValueError:
        found = None
    if found is None:
        raise RunError(
            f"A threshold can't be read: {text!r}.",
            where="--fail-under",
            hint="write it like test.accuracy=0.9 or validation.macro_f1=0.85",
            kind="usage",
        )
    split, _, name = found.metric.partition(".")
    # What a head has stands behind its name.
    if split not in MEASURED or not {*name.split(".")[:2]} & {*_METRICS}:
        raise _unknown(found.metric, [f"{split}.{name}" for split in MEASURED for name in _METRICS])
    return found


def missed(thresholds: Sequence[Threshold], metrics: Mapping[str, Any]) -> list[str]:
    """What is worse than it may be, a line each.

    Args:
        thresholds: Any number.
        metrics: As in metrics.json.

    Raises:
        RunError: the run has no such metric, and names the nearest; or it has no value.
    """
    figures = dotted({split: metrics[split] for split in MEASURED if split in metrics})
    known = {name: value for name, value in figures.items() if isinstance(value, int | float)}
    for threshold in thresholds:
        if threshold.metric in figures and figures[threshold.metric] is None:
            raise _without_value(threshold.metric)
        if threshold.metric not in known:
            raise _unknown(threshold.metric, sorted(known))
    return [line for threshold in thresholds if (line := _told_as_missed(threshold, known[threshold.metric]))]


def _told_as_missed(threshold: Threshold, value: float) -> str:
    """A sentence, or nothing where the value is good enough; what is not a number isn't."""
    measure = find_measure(threshold.metric, MEASURES)
    if measure.rank(value) <= measure.rank(threshold.worst):
        return ""
    side = "above" if measure.better == "less" else "below"
    return f"{threshold.metric} is {measure.text(value)}, {side} {threshold.worst:g}"


def check_thresholds(thresholds: Sequence[Threshold], metrics: Mapping[str, Any]) -> None:
    """Raises ScoreError that tells all metrics that are worse than they may be, and RunError as `missed` does."""
    if told := missed(thresholds, metrics):
        raise ScoreError("The command finished, but scores are worse than --fail-under:", problems=told)


def _without_value(metric: str) -> RunError:
    split, _, figure = metric.partition(".")
    table = next(table for table in TABLES if f"{table}." in figure)  # behind the name of its head, if it is of one
    label = figure.partition(f"{table}.")[2].rpartition(".")[0]
    return RunError(
        f"{metric} has no value: no {split} row has the label {label!r}.",
        where="--fail-under",
        hint=f"add {split} rows that have it, or set a threshold for another metric",
    )


def _unknown(metric: str, known: Sequence[str]) -> RunError:
    place, _, name = metric.rpartition(".")
    # "f1" is spelt less like "macro_f1" than like "r2".
    longer = [other for other in known if other.startswith(f"{place}.") and other.endswith(f"_{name}")]
    nearest = " or ".join(dict.fromkeys(longer)) or nearest_name(metric, known, cutoff=0)
    return RunError(
        f"There is no metric {metric}.",
        where="--fail-under",
        hint=f"did you mean {nearest}?" if nearest else "the run has no scores: it has no held-out rows",
        kind="usage",
    )
