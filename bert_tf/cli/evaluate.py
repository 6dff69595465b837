"""`bert-tf evaluate`."""

import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import rich_click as click

from bert_tf.cli.options import JSON, RUN
from bert_tf.cli.output import progress_console
from bert_tf.cli.verdict import end_document, fail_under
from bert_tf.quiet import quiet_start
from bert_tf.stage import Stage

if TYPE_CHECKING:
    from bert_tf.workflow.thresholds import Threshold


@click.command()
@RUN
@fail_under
@JSON
def evaluate(run: pathlib.Path, thresholds: "Sequence[Threshold]", as_json: bool) -> None:
    """Evaluate the best checkpoint of RUN again.

    A folder of runs, such as runs/bbc-news, stands for its newest run.

    Example: bert-tf evaluate runs/bbc-news/20260101-120000 --fail-under test.accuracy=0.9
    """
    from bert_tf.runs.run import open_run

    open_run(run)  # a wrong folder is told before TensorFlow's seconds of start-up
    console = progress_console(as_json=as_json)
    with Stage(console, "starting TensorFlow"), quiet_start():
        from bert_tf import api

    metrics = api.Run(run).evaluate(console=console)
    from bert_tf.workflow.thresholds import check_thresholds

    if as_json:
        end_document({"run": run, "metrics": metrics}, thresholds, metrics)
    else:
        check_thresholds(thresholds, metrics)
