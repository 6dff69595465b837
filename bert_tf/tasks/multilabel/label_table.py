"""The figures of each label for the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table

from bert_tf.scores import score_text
from bert_tf.tasks.multilabel.measures import SHARES


def label_table(per_class: Mapping[str, Mapping[str, Any]]) -> Table:
    """A row for each label, with its threshold."""
    table = Table()
    table.add_column("label")
    for column in (*SHARES.values(), "support"):
        table.add_column(column, justify="right")
    for name, figures in per_class.items():
        shares = ("–" if figures[key] is None else score_text(figures[key]) for key in SHARES)
        table.add_row(escape(name), *shares, str(figures["support"]))
    return table
