"""Scores that a script wants at least: `test.accuracy=0.9`."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bert_tf.errors import RunError, ScoreError
from bert_tf.recipe.dotted import dotted

_FORM = re.compile(r"\s*([^=]+?)\s*=\s*([^=]+?)\s*")
_SPLITS = ("validation", "test")
# As `classification_metrics` names them; what stands below two of them depends on the data.
_METRICS = ("accuracy", "macro_f1", "weighted_f1", "log_loss", "truncated_share", "per_class", "without_leaked")


@dataclass(frozen=True)
class Threshold:
    """`metric` as in metrics.json with dots, such as `test.per_class.good.f1`, and the `least` value it may have."""

    metric: str
    least: float


def parse_threshold(text: str) -> Threshold:
    """Read `test.accuracy=0.9`.

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
            hint="the form of test.accuracy=0.9 or validation.macro_f1=0.85",
            kind="usage",
        )
    split, _, name = found.metric.partition(".")
    if split not in _SPLITS or name.partition(".")[0] not in _METRICS:
        raise _unknown(found.metric, [f"{split}.{name}" for split in _SPLITS for name in _METRICS])
    return found


def below(thresholds: Sequence[Threshold], metrics: Mapping[str, Any]) -> list[str]:
    """What is lower than it may be, a line each.

    Args:
        thresholds: Any number.
        metrics: As in metrics.json.

    Raises:
        RunError: the run has no such metric; names the nearest.
    """
    known = {
        name: value
        for name, value in dotted({split: metrics[split] for split in _SPLITS if split in metrics}).items()
        if isinstance(value, int | float)
    }
    for threshold in thresholds:
        if threshold.metric not in known:
            raise _unknown(threshold.metric, sorted(known))
    return [
        f"{threshold.metric} is {known[threshold.metric]:.4f}, under {threshold.least:g}"
        for threshold in thresholds
        # What is no number is not enough either.
        if not known[threshold.metric] >= threshold.least
    ]


def check_thresholds(thresholds: Sequence[Threshold], metrics: Mapping[str, Any]) -> None:
    """Raises ScoreError that tells all metrics that are lower than they may be, and RunError as `below` does."""
    if low := below(thresholds, metrics):
        raise ScoreError("The work is done, and the scores are lower than --fail-under asks for:", problems=low)


def _unknown(metric: str, known: Sequence[str]) -> RunError:
    nearest = difflib.get_close_matches(metric, known, n=1, cutoff=0)
    return RunError(
        f"There is no metric {metric}.",
        where="--fail-under",
        hint=f"did you mean {nearest[0]}?" if nearest else "the run has no scores: no rows were kept apart",
        kind="usage",
    )
