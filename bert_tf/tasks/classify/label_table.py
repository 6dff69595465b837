"""The figures of each label for the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table

from bert_tf.scores import score_text


def label_table(per_class: Mapping[str, Mapping[str, Any]]) -> Table:
    """A row for each label: `precision`, `recall`, `f1` and `support` by its name."""
    table = Table()
    table.add_column("label")
    for column in ("precision", "recall", "F1", "support"):
        table.add_column(column, justify="right")
    for name, figures in per_class.items():
        shares = (score_text(figures[column]) for column in ("precision", "recall", "f1"))
        table.add_row(escape(name), *shares, str(figures["support"]))
    return table
