"""Errors by the size of the label for the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from bert_tf.scores import number_text, range_text, signed_text
from bert_tf.tasks.regress.measures import MAE


def error_table(metrics: Mapping[str, Any]) -> Table:
    """A row for each group of `by_label_range`, and one for the baseline; `metrics` are of a split."""
    baseline = metrics["baseline"]
    table = Table()
    table.add_column("label")
    for column in ("mean absolute error", "bias", "rows"):
        table.add_column(column, justify="right")
    for part in metrics["by_label_range"]:
        span, bias = range_text(part["from"], part["to"], baseline["std"]), signed_text(part["bias"], baseline["std"])
        table.add_row(span, MAE.text(part["mae"]), bias, str(part["rows"]))
    table.add_section()
    mean = f"always {number_text(baseline['value'], baseline['std'])}, the mean of train"
    table.add_row(mean, MAE.text(baseline["mae"]), "", str(metrics["examples"]))
    return table
