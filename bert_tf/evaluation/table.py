"""A split's metrics as a table for the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table


def metrics_table(split: str, metrics: Mapping[str, Any]) -> Table:
    """Overall figures in the title, then a row for each class; see `classification_metrics`."""
    table = Table(
        title=(
            f"{split}: accuracy {metrics['accuracy']:.4f} · macro F1 {metrics['macro_f1']:.4f} · "
            f"log loss {metrics['log_loss']:.4f} · {metrics['examples']} examples, "
            f"{metrics['truncated_share']:.0%} of them cut"
        ),
        title_justify="left",
    )
    table.add_column("label")
    for column in ("precision", "recall", "F1", "support"):
        table.add_column(column, justify="right")
    for name, figures in metrics["per_class"].items():
        shares = (f"{figures[column]:.4f}" for column in ("precision", "recall", "f1"))
        table.add_row(name, *shares, str(figures["support"]))
    return table
