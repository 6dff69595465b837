"""A split's metrics for the terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from bert_tf.measures import Measure
from bert_tf.plurals import counted
from bert_tf.scores import score_text


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
        return f"{split}: all {leaked:,} texts also appear in the training set, so scores say nothing about new texts"
    without = "the text that also appears" if leaked == 1 else f"the {leaked:,} texts that also appear"
    figures = f"{_figures(rest, measures)} · {counted(rest['examples'], 'example')}"
    return f"{split} without {without} in the training set: {figures}"


def _figures(metrics: Mapping[str, Any], measures: Sequence[Measure]) -> str:
    return " · ".join(f"{measure.name} {measure.text(metrics[measure.key])}" for measure in measures)


def metrics_table(metrics: Mapping[str, Any]) -> Table:
    """A row for each class of a split's metrics."""
    table = Table()
    table.add_column("label")
    for column in ("precision", "recall", "F1", "support"):
        table.add_column(column, justify="right")
    for name, figures in metrics["per_class"].items():
        shares = (score_text(figures[column]) for column in ("precision", "recall", "f1"))
        table.add_row(escape(name), *shares, str(figures["support"]))
    return table
