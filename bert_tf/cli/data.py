"""`bert-tf data`."""

from typing import TYPE_CHECKING

import rich_click as click

from bert_tf.cli.options import JSON, RECIPE, SET, given_recipe
from bert_tf.cli.output import progress_console, write_json
from bert_tf.quiet import quiet_start
from bert_tf.stage import Stage
from bert_tf.terminal import visible

if TYPE_CHECKING:
    from rich.table import Table

    from bert_tf.planning.preview import Preview
    from bert_tf.terminal import TerminalConsole

_SHOWN_CHARACTERS = 300


@click.command()
@RECIPE
@SET
@click.option("--samples", type=click.IntRange(0, 20), default=2, help="Sample rows to show per label [2].")
@JSON
def data(recipe: str, assignments: tuple[str, ...], samples: int, as_json: bool) -> None:
    """Show the data RECIPE would train on: counts, token lengths, truncation, leakage, bad rows, samples.

    Example: bert-tf data bbc-news
    Example: bert-tf data reviews --set text.max_tokens=64 --samples 5
    """
    from bert_tf.environment import cache_folder

    loaded = given_recipe(recipe, assignments)
    with Stage(progress_console(as_json=True), "starting TensorFlow") as stage:
        with quiet_start():
            from bert_tf.planning.preview import preview_recipe
        preview = preview_recipe(loaded, cache_folder=cache_folder(), samples=samples, notice=stage.rename)
    if as_json:
        write_json(preview.as_json())
        return
    _show(preview, progress_console(as_json=False))


def _show(preview: "Preview", console: "TerminalConsole") -> None:
    from rich.markup import escape

    from bert_tf.data.data_table import data_table

    console.print(data_table(preview.report))
    for cause in preview.report.bad_rows:
        rest = ", …" if cause.rows > len(cause.places) else ""
        places = escape(", ".join(cause.places))
        console.print(f"{cause.reason} in {cause.split}: {places}{rest}", highlight=False, soft_wrap=True)
    console.print(_lengths_table(preview))
    if any(preview.samples.values()):
        console.print(_samples_table(preview))
    if preview.language:
        console.print(f"note     {preview.language}", highlight=False, markup=False, soft_wrap=True)


def _lengths_table(preview: "Preview") -> "Table":
    from rich.table import Table

    title = f"tokens per text: percentiles, truncated at {preview.max_tokens} (text.max_tokens)"
    table = Table(title=title, title_justify="left")
    table.add_column("split", no_wrap=True)
    shares = list(next(iter(preview.lengths.values())).percentiles)
    for heading in (*(f"{share}%" for share in shares), "longest", "truncated"):
        table.add_column(heading, justify="right")
    for split, lengths in preview.lengths.items():
        cut = f"{lengths.truncated} ({lengths.truncated_share:.1%})"
        table.add_row(split, *map(str, lengths.percentiles.values()), str(lengths.longest), cut)
    return table


def _samples_table(preview: "Preview") -> "Table":
    from rich.markup import escape
    from rich.table import Table

    table = Table(title="samples from train", title_justify="left", show_lines=True)
    for heading in (preview.report.summary.heading, "tokens", "text", "place"):
        table.add_column(heading)
    for label, samples in preview.samples.items():
        for sample in samples:
            texts = [sample.text] if sample.pair is None else [sample.text, sample.pair]
            shown = "\n".join(escape(_shortened(text)) for text in texts)
            table.add_row(escape(label), str(sample.tokens), shown, escape(sample.place))
    return table


def _shortened(text: str) -> str:
    plain = visible(" ".join(text.split()))
    return plain if len(plain) <= _SHOWN_CHARACTERS else f"{plain[:_SHOWN_CHARACTERS]}…"
