"""`bert-tf new`."""

import dataclasses
import pathlib
import shlex
from typing import TYPE_CHECKING

import rich_click as click

from bert_tf.cli.options import JSON
from bert_tf.cli.output import echo, write_json
from bert_tf.terminal import TerminalConsole

if TYPE_CHECKING:
    from bert_tf.drafting.draft_recipe import Draft

_FILE = click.Path()


@click.command()
@click.argument("name")
@click.option(
    "--from",
    "train",
    required=True,
    type=_FILE,
    metavar="FILE",
    help="Labelled rows: CSV, TSV, JSON, Parquet or CoNLL.",
)
@click.option(
    "--validation", type=_FILE, metavar="FILE", help="Validation rows, to select the best epoch [a share of --from]."
)
@click.option("--test", type=_FILE, metavar="FILE", help="Test rows, for the final scores [a share of --from].")
@click.option("--text", metavar="COLUMN", help="Text column [guessed].")
@click.option("--text-pair", metavar="COLUMN", help="Column of the second text, for pairs [guessed].")
@click.option("--label", metavar="COLUMN", help="Label column [guessed].")
@click.option("--weight", metavar="COLUMN", help="Column of example weights [guessed].")
@click.option(
    "--header/--no-header",
    "has_header",
    default=None,
    help="Whether the first line of a CSV file is a header [guessed].",
)
@click.option(
    "--to", type=click.Path(path_type=pathlib.Path), metavar="FILE.toml", help="Recipe to write [recipes/NAME.toml]."
)
@JSON
def new(
    name: str,
    train: str,
    validation: str | None,
    test: str | None,
    text: str | None,
    text_pair: str | None,
    label: str | None,
    weight: str | None,
    has_header: bool | None,
    to: pathlib.Path | None,
    as_json: bool,
) -> None:
    """Inspect a file of labelled text and write a recipe for it, with the reason for each value.

    Existing files are not overwritten. Train the recipe with `bert-tf train NAME`.

    Example: bert-tf new reviews --from reviews.csv
    Example: bert-tf new reviews --from train.jsonl --test test.jsonl --text body --label stars
    """
    from bert_tf.drafting.new_recipe import new_recipe

    files = {"train": train, "validation": validation, "test": test}
    named = {"text": text, "text_pair": text_pair, "label": label, "weight": weight}
    path, draft = new_recipe(name, files, named=named, path=to, has_header=has_header)
    if as_json:
        guesses = [finding._asdict() for finding in draft.findings]
        bad_rows = [dataclasses.asdict(cause) for cause in draft.bad_rows]
        write_json({"recipe": path, "guesses": guesses, "notes": draft.notes, "bad_rows": bad_rows})
        return
    _show(draft)
    recipe = shlex.quote(name if to is None else str(to))
    echo(f"written  {path}\nnext     bert-tf data {recipe}     inspect the data")
    echo(f"         bert-tf plan {recipe}     estimate time and cost")
    echo(f"         bert-tf train {recipe}")


def _show(draft: "Draft") -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("setting", "guess", "reason", title="new recipe", title_justify="left")
    for finding in draft.findings:
        table.add_row(*map(escape, finding))
    console = TerminalConsole()
    console.print(table)
    for note in draft.notes:
        console.print(f"note     {note}", highlight=False, markup=False, soft_wrap=True)
