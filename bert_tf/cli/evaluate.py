"""`bert-tf evaluate`."""

import pathlib

import rich_click as click

from bert_tf.cli.options import JSON, RUN
from bert_tf.cli.output import progress_console, write_json
from bert_tf.cli.quiet import quiet_start
from bert_tf.stage import Stage


@click.command()
@RUN
@JSON
def evaluate(run: pathlib.Path, as_json: bool) -> None:
    """Measure the best checkpoint of RUN again.

    For a folder of runs, such as runs/bbc-news, the newest of them is taken.

    Example: bert-tf evaluate runs/bbc-news/20260101-120000
    """
    from bert_tf.runs import open_run

    open_run(run)  # a wrong folder is told before TensorFlow's seconds of start-up
    console = progress_console(as_json=as_json)
    with Stage(console, "starting TensorFlow"), quiet_start():
        from bert_tf import api

    metrics = api.Run(run).evaluate(console=console)
    if as_json:
        write_json({"run": run, "metrics": metrics})
