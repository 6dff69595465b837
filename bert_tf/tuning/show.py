"""A search for the terminal and for programs."""

import dataclasses
from typing import TYPE_CHECKING, Any

from bert_tf.report.comparison import shown
from bert_tf.scores import spread_text
from bert_tf.tuning.results import Search

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.table import Table

_WIDTH = 1000  # a trial stays one line; what is too wide is the terminal's to wrap
_STYLES = {"finished": "", "running": "cyan", "interrupted": "yellow", "pruned": "yellow", "failed": "red"}


def search_summary(search: Search) -> dict[str, Any]:
    """All that is known of a search, for JSON.

    Returns:
        `recipe`, `objective`, `direction`, `best` (id of a trial, or None), `trials` by number, and `final`: scores of
        the final runs by whose values they had.
    """
    return {
        "folder": str(search.folder),
        "recipe": search.recipe.name,
        "objective": search.objective,
        "direction": search.direction,
        "best": None if search.best is None else search.best.id,
        "minutes": round(search.minutes, 2),
        "trials": search_rows(search),
        "final": {
            name: {"seeds": list(final.seeds), "metrics": final.metrics, "spread": final.spread}
            for name, final in search.finals.items()
        },
    }


def search_rows(search: Search) -> list[dict[str, Any]]:
    """A table of each trial, by number."""
    return [
        {
            "trial": trial.number,
            "id": trial.id,
            "status": trial.current_status,
            "score": trial.score,
            "spread": trial.spread.get(search.objective),
            "values": trial.values,
            "epochs": trial.epochs,
            "continued_from": trial.continued_from,
            "seconds": trial.seconds,
            "peak_memory_mib": trial.peak_memory_mib,
            "reason": trial.reason,
        }
        for trial in search.trials
    ]


@dataclasses.dataclass(frozen=True)
class _OnWholeLines:
    """A table that is as wide as it needs to be, on any terminal."""

    table: "Table"

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        yield from console.render(self.table, options.update(width=_WIDTH))


def print_search(search: Search, console: "Console") -> None:
    """Print the trials, and below them why some of them failed or were ended early."""
    from rich.text import Text

    console.print(_OnWholeLines(search_table(search)), crop=False)
    for row in search_rows(search):
        if row["reason"]:
            console.print(Text(f"trial {row['trial']} {row['status']}: {row['reason']}", style=_STYLES[row["status"]]))


def search_table(search: Search) -> "Table":
    """Trials by number, the best one in bold."""
    from rich.table import Table
    from rich.text import Text

    rows = search_rows(search)
    keys = list(dict.fromkeys(key for row in rows for key in row["values"]))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("trial", search.objective.replace(".", "\n"), *(key.replace(".", "\n") for key in keys)):
        table.add_column(Text(title), justify="right", vertical="bottom", no_wrap=True)
    if any(row["epochs"] is not None for row in rows):
        table.add_column("epochs", justify="right", vertical="bottom")
    table.add_column("seconds", justify="right", vertical="bottom")
    table.add_column("status", vertical="bottom")
    for row in rows:
        cells = [str(row["trial"]), "–" if row["score"] is None else spread_text(row["score"], row["spread"])]
        cells += [shown(row["values"][key]) if key in row["values"] else "" for key in keys]
        if len(table.columns) > len(keys) + 4:
            cells.append("" if row["epochs"] is None else str(row["epochs"]))
        cells.append("" if row["seconds"] is None else f"{row['seconds']:.0f}")
        cells.append(row["status"])
        is_best = search.best is not None and row["id"] == search.best.id
        table.add_row(*map(Text, cells), style="bold green" if is_best else _STYLES[row["status"]])
    return table
