"""`bert-tf runs prune`."""

import dataclasses
import pathlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import rich_click as click

from bert_tf.cli.options import JSON
from bert_tf.cli.output import echo, write_json
from bert_tf.plurals import counted
from bert_tf.scores import score_text

if TYPE_CHECKING:
    from bert_tf.runs.prune_runs import Candidate


@click.command()
@click.argument("recipe", required=False)
@click.option(
    "--keep",
    type=click.Choice(["best", "newest"]),
    default="best",
    help="Runs to keep of each recipe: the newest and the best (by validation accuracy), or the newest only [best].",
)
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
@click.option(
    "--runs", "folder", type=click.Path(path_type=pathlib.Path), default="runs", help="Folder of runs [runs]."
)
@JSON
def prune(recipe: str | None, keep: Literal["best", "newest"], yes: bool, folder: pathlib.Path, as_json: bool) -> None:
    """Remove the runs of RECIPE, or of all recipes, except the best and the newest of each. Asks for confirmation.

    Keeps runs in progress and runs that another run uses as its reference. A version exported into the run's own
    folder is removed with it; versions exported elsewhere stay.

    Example: bert-tf runs prune --keep best
    Example: bert-tf runs prune imdb --yes
    """
    from bert_tf.runs.prune_runs import plan_pruning
    from bert_tf.runs.prune_runs import prune as remove
    from bert_tf.tasks.table import judge_of

    planned = plan_pruning(folder, judged_by=judge_of, recipe=recipe, keep=keep)
    going = [candidate for candidate in planned if not candidate.kept]
    if as_json:
        freed = remove(going) if yes else 0
        write_json({"runs": [dataclasses.asdict(each) for each in planned], "removed": yes, "freed_bytes": freed})
        return
    _show(planned)
    if not going:
        echo("There is nothing to remove.")
        return
    told = f"{len(going)} of {counted(len(planned), 'run')}, {_megabytes(sum(each.bytes for each in going))}"
    if not yes and not sys.stdin.isatty():
        echo(f"Nothing was removed; --yes removes {told}.")
        return
    if yes or click.confirm(f"Remove {told}?"):
        echo(f"removed  {_megabytes(remove(going))} freed")


def _show(planned: "Sequence[Candidate]") -> None:
    for each in planned:
        exported = f", with its exported version {each.exported}" if each.exported and not each.kept else ""
        value = "no score" if each.value is None else score_text(each.value)
        fate = f"keep     {each.path}  {value}: {each.kept}" if each.kept else f"remove   {each.path}  {value}, "
        echo(fate if each.kept else f"{fate}{_megabytes(each.bytes)}{exported}")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
