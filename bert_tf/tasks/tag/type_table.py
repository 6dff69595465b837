"""The figures of each type of entity for the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table

from bert_tf.scores import score_text


def type_table(per_type: Mapping[str, Mapping[str, Any]]) -> Table:
    """A row for each type, in the shape that CoNLL's scorer has made known."""
    table = Table()
    table.add_column("type")
    for column in ("precision", "recall", "F1", "entities", "predicted"):
        table.add_column(column, justify="right")
    for name, figures in per_type.items():
        shares = (score_text(figures[key]) for key in ("precision", "recall", "f1"))
        table.add_row(escape(name), *shares, str(figures["support"]), str(figures["predicted"]))
    return table
