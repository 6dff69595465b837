"""What ranks items, side by side: for the terminal and for the report."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from bert_tf.measures import Measure
from bert_tf.plurals import counted
from bert_tf.tasks.rank.measures import FOLLOWED, NDCG_AT_10, OTHERS

SHOWN: tuple[Measure, ...] = (*FOLLOWED, *OTHERS)
AHEAD = f"this model’s {NDCG_AT_10.name} less"


def ranking_table(metrics: Mapping[str, Any]) -> Table:
    """A row for the model and one for each other ranking, of all items and of new ones."""
    table = Table()
    table.add_column("ranking")
    for name in (*(measure.name for measure in SHOWN), AHEAD):
        table.add_column(name, justify="right")
    for title, part in parts_of(metrics):
        table.add_section()
        table.add_row(title)
        for name, cells in ranking_rows(part):
            table.add_row(f"  {name}", *cells)
    return table


def parts_of(metrics: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All events and those of new items, as far as there are any, with their figures."""
    yield f"all items: {counted(metrics['examples'], 'event')}, {counted(metrics['users'], 'user')}", metrics
    new = metrics["new_items"]
    if new["examples"]:
        yield f"new items: {counted(new['examples'], 'event')}, {counted(new['users'], 'user')}", new


def ranking_rows(figures: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Name and cells of each ranking, the model first."""
    yield "this model", [*_cells(figures), ""]
    for each in figures["rankings"]:
        ahead = f"{NDCG_AT_10.difference_text(each['ahead'])} ({_signed(each['low'])} to {_signed(each['high'])})"
        yield each["name"], [*_cells(each), ahead]


def verdicts(figures: Mapping[str, Any]) -> Iterator[tuple[bool | None, str]]:
    """Whether the model is better than each other ranking by nDCG@10, None where it isn't shown, and a sentence."""
    for each in figures["rankings"]:
        interval = f"{_signed(each['low'])} to {_signed(each['high'])}"
        between = f"nDCG@10 {_signed(each['ahead'])}, 95% interval by user {interval}"
        if each["low"] > 0:
            yield True, f"The model ranks better than {each['name']} ({between})."
        elif each["high"] < 0:
            yield False, f"The model ranks worse than {each['name']} ({between})."
        else:
            yield None, f"The model does not rank significantly better or worse than {each['name']} ({between})."


def _cells(figures: Mapping[str, Any]) -> list[str]:
    return [measure.text(figures[measure.key]) for measure in SHOWN]


def _signed(value: float) -> str:
    return NDCG_AT_10.difference_text(value)
