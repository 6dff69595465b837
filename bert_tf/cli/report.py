"""`bert-tf report`."""

import pathlib

import rich_click as click

from bert_tf.cli.options import JSON, RUN
from bert_tf.cli.output import echo, progress_console, write_json
from bert_tf.cli.quiet import quiet_start
from bert_tf.stage import Stage


@click.command()
@RUN
@JSON
def report(run: pathlib.Path, as_json: bool) -> None:
    """Write report.html of RUN: how good it is, where it fails, what it took. One file that opens from the disk.

    For a folder of runs, such as runs/bbc-news, the newest of them is taken.

    Example: bert-tf report runs/bbc-news/20260101-120000
    """
    from bert_tf.runs import open_run

    opened = open_run(run)  # a wrong folder is told before anything is computed
    from bert_tf.workflow.report import report_run

    with Stage(progress_console(as_json=True), "writing the report") as stage, quiet_start():
        page = report_run(opened, notice=stage.rename)
    if as_json:
        write_json({"run": run, "report": page})
        return
    echo(f"report   {page}")
