"""The figures of each label for the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table

from bert_tf.scores import score_text

_SHARES = {
    "threshold": "threshold",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "average_precision": "AP",
}


def label_table(per_class: Mapping[str, Mapping[str, Any]]) -> Table:
    """A row for each label, with its threshold."""
    table = Table()
    table.add_column("label")
    for column in (*_SHARES.values(), "support"):
        table.add_column(column, justify="right")
    for name, figures in per_class.items():
        shares = ("–" if figures[key] is None else score_text(figures[key]) for key in _SHARES)
        table.add_row(escape(name), *shares, str(figures["support"]))
    return table
