"""A split's metrics in a line for the terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from bert_tf.measures import Measure
from bert_tf.plurals import counted


def metrics_line(split: str, metrics: Mapping[str, Any], measures: Sequence[Measure]) -> str:
    """A split's figures of some measures in one line, with the number of its examples."""
    truncated = f"{metrics['truncated_share']:.0%} truncated"
    return f"{split}: {_figures(metrics, measures)} · {counted(metrics['examples'], 'example')}, {truncated}"


def leaked_line(split: str, metrics: Mapping[str, Any], measures: Sequence[Measure]) -> str | None:
    """The same without the texts that are in the training rows too; None where there are no such texts."""
    rest = metrics.get("without_leaked")
    if rest is None:
        return None
    leaked = metrics["examples"] - rest["examples"]
    if not rest["examples"]:
        all_texts = "its only text also appears" if leaked == 1 else f"all {leaked:,} texts also appear"
        return f"{split}: {all_texts} in the training set, so scores say nothing about new texts"
    without = "the text that also appears" if leaked == 1 else f"the {leaked:,} texts that also appear"
    figures = f"{_figures(rest, measures)} · {counted(rest['examples'], 'example')}"
    return f"{split} without {without} in the training set: {figures}"


def _figures(metrics: Mapping[str, Any], measures: Sequence[Measure]) -> str:
    return " · ".join(
        f"{measure.name} {measure.text(metrics[measure.key])}" for measure in measures if measure.key in metrics
    )
