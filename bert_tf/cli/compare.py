"""`bert-tf compare`."""

import pathlib

import rich_click as click

from bert_tf.cli.options import JSON, complete_run
from bert_tf.cli.output import echo, write_json
from bert_tf.terminal import TerminalConsole


@click.command()
@click.argument(
    "runs",
    nargs=-1,
    required=True,
    metavar="RUN RUN…",
    type=click.Path(path_type=pathlib.Path),
    shell_complete=complete_run,
)
@click.option(
    "--split",
    type=click.Choice(["test", "validation", "cross-validation"]),
    default="test",
    help="Split to compare on [test].",
)
@click.option(
    "--html", type=click.Path(path_type=pathlib.Path), help="Page to write [compare.html beside the first run]."
)
@JSON
def compare(runs: tuple[pathlib.Path, ...], split: str, html: pathlib.Path | None, as_json: bool) -> None:
    """Compare runs: recipes, scores, disagreements, speed, memory and cost.

    Each run is compared with the first one. A folder of runs stands for all runs in it.

    Example: bert-tf compare runs/imdb/20260101-120000 runs/imdb/20260102-090000
    Example: bert-tf compare runs/imdb --html imdb.html
    """
    from bert_tf.report.comparison_page import write_comparison
    from bert_tf.report.comparison_text import comparison_text
    from bert_tf.runs.run import find_runs, open_run
    from bert_tf.workflow.compare import compare_runs

    named = [run for folder in runs for run in find_runs(folder) or [open_run(folder)]]
    once = list({run.path.resolve(): run for run in named}.values())
    comparison = compare_runs(once, split=split)
    page = write_comparison(comparison, html or once[0].path.parent / "compare.html")
    if as_json:
        write_json({**comparison.document, "verdict": comparison.verdict, "page": page})
        return
    console = TerminalConsole(highlight=False)
    echo(f"page     {page}\n")
    for part in comparison_text(comparison):
        console.print(part)
