"""Errors by the size of the label for the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from bert_tf.tasks.regress.measures import MAE
from bert_tf.tasks.regress.number_text import number_text, signed_text


def error_table(metrics: Mapping[str, Any]) -> Table:
    """A row for each group of `by_label`, and one for the baseline; `metrics` are of a split."""
    table = Table()
    table.add_column("label")
    for column in ("mean absolute error", "bias", "rows"):
        table.add_column(column, justify="right")
    for part in metrics["by_label"]:
        span = f"{number_text(part['from'])} to {number_text(part['to'])}"
        table.add_row(span, MAE.text(part["mae"]), signed_text(part["bias"]), str(part["rows"]))
    table.add_section()
    baseline = metrics["baseline"]
    mean = f"always {number_text(baseline['value'])}, the mean of train"
    table.add_row(mean, MAE.text(baseline["mae"]), "", str(metrics["examples"]))
    return table
