"""Measures of whole vectors and of those that are cut, for the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from bert_tf.plurals import counted
from bert_tf.tasks.embed.measures import MRR, NDCG_AT_10, RECALL_AT_1, RECALL_AT_5, RECALL_AT_10

SHOWN = (RECALL_AT_1, RECALL_AT_5, RECALL_AT_10, MRR, NDCG_AT_10)


def recall_table(metrics: Mapping[str, Any]) -> Table:
    """A row for whole vectors, one for each number of dimensions, and one for ranking at random."""
    table = Table()
    table.add_column("vectors")
    for measure in SHOWN:
        table.add_column(measure.name, justify="right")
    for name, figures in named_parts(metrics):
        table.add_row(name, *(measure.text(figures[measure.key]) for measure in SHOWN))
    table.add_section()
    baseline = metrics["baseline"]
    table.add_row(f"{counted(baseline['texts'], 'text')} at random", RECALL_AT_1.text(baseline[RECALL_AT_1.key]))
    return table


def named_parts(metrics: Mapping[str, Any]) -> list[tuple[str, Mapping[str, float]]]:
    """What vectors are called, and their measures: whole ones, then the first dimensions of them."""
    return [
        ("whole", metrics),
        *((f"first {part['dimensions']} dimensions", part) for part in metrics["by_dimensions"]),
    ]
