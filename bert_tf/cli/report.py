"""`bert-tf report`."""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import rich_click as click

from bert_tf.cli.options import JSON, RUN
from bert_tf.cli.output import echo, progress_console
from bert_tf.cli.verdict import end_document, fail_under, tell_verdict
from bert_tf.quiet import quiet_start
from bert_tf.stage import Stage

if TYPE_CHECKING:
    from bert_tf.workflow.thresholds import Threshold


@click.command()
@RUN
@fail_under
@JSON
def report(run: pathlib.Path, thresholds: "Sequence[Threshold]", as_json: bool) -> None:
    """Write report.html for RUN: scores, errors, calibration, cost. One self-contained file.

    A folder of runs, such as runs/bbc-news, stands for its newest run.

    Example: bert-tf report runs/bbc-news/20260101-120000
    """
    from bert_tf.runs.run import open_run

    opened = open_run(run)  # a wrong folder is told before anything is computed
    from bert_tf.workflow.report import write_report
    from bert_tf.workflow.thresholds import check_thresholds

    with Stage(progress_console(as_json=True), "writing the report") as stage, quiet_start():
        written = write_report(opened, notice=stage.rename)
    metrics = opened.metrics if opened.is_measured else {}
    if as_json:
        document = {"run": run, "report": written.path, "verdict": dataclasses.asdict(written.verdict)}
        end_document(document, thresholds, metrics)
        return
    echo(f"report   {written.path}")
    tell_verdict(written.verdict)
    check_thresholds(thresholds, metrics)
