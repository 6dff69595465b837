"""`bert-tf runs`: list, filter and remove them."""

import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import rich_click as click

from bert_tf.cli.options import JSON
from bert_tf.cli.output import echo, write_json
from bert_tf.cli.prune import prune
from bert_tf.scores import score_text
from bert_tf.terminal import TerminalConsole

if TYPE_CHECKING:
    from rich.table import Table

    from bert_tf.runs.list_runs import RunSummary

_STATUSES = {
    "trained": "green",
    "running": "cyan",
    "stopped": "yellow",
    "failed": "red",
    "crashed": "red",
    "unreadable": "red",
}
_FIRST_COLUMNS = {"started": "started", "status": "status", "epochs": "epochs"}
_LAST_COLUMNS = {"minutes": "minutes", "exported": "exported\nversion"}
_WIDTH = 1000


class _Runs(click.RichGroup):
    """`bert-tf runs` is `bert-tf runs list`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `list` where no command is named."""
        return super().parse_args(ctx, args if args[:1] and args[0] in ctx.help_option_names else self._named(args))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The same, for those who ask which command it is."""
        return super().resolve_command(ctx, self._named(args))

    def _named(self, args: list[str]) -> list[str]:
        return args if args and args[0] in self.commands else ["list", *args]


@click.group(cls=_Runs, commands=[prune])
def runs() -> None:
    """List runs, or remove old ones; `bert-tf runs` is short for `bert-tf runs list`.

    Example: bert-tf runs
    Example: bert-tf runs imdb --status trained --where "test.accuracy>0.9"
    Example: bert-tf runs prune --keep best
    """


@runs.command(name="list")
@click.argument("recipe", required=False)
@click.option("--status", type=click.Choice(list(_STATUSES)), help="Only runs with this status.")
@click.option(
    "--where",
    "conditions",
    multiple=True,
    metavar="CONDITION",
    help='Only runs that match, such as "test.accuracy>0.9": a metric, a recipe key or another field of --json, with '
    "> >= < <= = or !=. May be repeated.",
)
@click.option("--sort", default="started", metavar="KEY", help="Sort by this field; largest or best first [started].")
@click.option("--reverse", is_flag=True, help="Reverse the order.")
@click.option(
    "--runs", "folder", type=click.Path(path_type=pathlib.Path), default="runs", help="Folder of runs [runs]."
)
@JSON
def list_(
    recipe: str | None,
    status: str | None,
    conditions: tuple[str, ...],
    sort: str,
    reverse: bool,
    folder: pathlib.Path,
    as_json: bool,
) -> None:
    """List the runs of RECIPE, or of all recipes, newest first.

    Example: bert-tf runs list
    Example: bert-tf runs list imdb --status trained --where "test.accuracy>0.9" --sort test.accuracy
    Example: bert-tf runs list --where training.epochs=3 --json
    """
    from bert_tf.measures import find_measure
    from bert_tf.runs.list_runs import list_runs
    from bert_tf.runs.run import find_runs
    from bert_tf.runs.run_filter import Condition, parse_condition
    from bert_tf.tasks.table import MEASURES

    parsed = [parse_condition(text) for text in conditions]
    asked = [*parsed, *([Condition("status", "=", status)] if status else [])]
    smallest_first = reverse != (find_measure(sort, MEASURES).better == "less")
    found = list_runs(folder, recipe=recipe, conditions=asked, sort=sort, reverse=smallest_first)
    if as_json:
        write_json([{"path": run.path, "problem": run.problem, **run.values} for run in found])
    elif found:
        _show(found, [*(condition.key for condition in parsed), sort])
    elif find_runs(folder):
        echo(f"No run in {folder} matches.")
    else:
        echo(f"There are no runs in {folder}. Create one with bert-tf train RECIPE; list recipes with bert-tf recipes.")


def _show(found: "Sequence[RunSummary]", keys: Sequence[str]) -> None:
    from rich.text import Text

    # A run stays one line, for grep and for eyes; what is too wide is the terminal's to wrap.
    console = TerminalConsole(highlight=False, width=_WIDTH)
    console.print(_table(found, keys))
    for run in found:
        if run.problem:
            console.print(Text(f"{run.path}: {run.problem}", style="yellow"), soft_wrap=True)


def _table(found: "Sequence[RunSummary]", keys: Sequence[str]) -> "Table":
    """The usual columns, and one for each key that was asked for."""
    from rich.table import Table
    from rich.text import Text

    usual = _FIRST_COLUMNS | _scores(found) | _LAST_COLUMNS
    titles = usual | {key: key.replace(".", "\n") for key in keys if key not in (*usual, "recipe", "id")}
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("run", no_wrap=True)
    for key, title in titles.items():
        is_text = any(isinstance(run.values.get(key), str) for run in found)
        table.add_column(title, justify="left" if is_text else "right", vertical="bottom")
    for run in found:
        cells = {key: Text(_cell(run, key)) for key in titles}
        cells["status"].stylize(_STATUSES.get(run.values["status"], ""))
        table.add_row(Text(str(run.path)), *cells.values())
    return table


def _scores(found: "Sequence[RunSummary]") -> dict[str, str]:
    """Columns for what runs are judged by: one for each split, and for each measure where there are several tasks."""
    from bert_tf.runs.run_metrics import CROSS_VALIDATION, SPLITS
    from bert_tf.tasks.table import judge_of

    judged_by = dict.fromkeys(measure for run in found if (measure := judge_of(run.values)))
    titles: dict[str, str] = {}
    for measure in judged_by:
        titles |= {f"{split}.{measure.key}": f"{split}\n{measure.name}" for split in SPLITS}
        if any((key := f"{CROSS_VALIDATION}.{measure.key}") in run.values for run in found):
            titles[key] = f"{CROSS_VALIDATION}\n{measure.name}"
    return titles


def _cell(run: "RunSummary", key: str) -> str:
    from bert_tf.runs.run_metrics import MEASURED

    value = run.values.get(key)
    if value is None:
        return ""
    if key == "started":
        return str(value)[:16].replace("T", " ")
    if key == "epochs":
        return f"{value}/{run.values.get('training.epochs', '?')}"
    if isinstance(value, float) and key.partition(".")[0] in MEASURED:
        return score_text(value)
    return str(value)
