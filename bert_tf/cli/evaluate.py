"""`bert-tf evaluate`."""

import pathlib

import click

from bert_tf.cli.options import RUN
from bert_tf.cli.quiet import quiet_start


@click.command()
@RUN
def evaluate(run: str) -> None:
    """Measure the best checkpoint of RUN again.

    Example: bert-tf evaluate runs/bbc-news/20260101-120000
    """
    from rich.console import Console

    from bert_tf.runs import open_run

    open_run(pathlib.Path(run))  # a wrong folder is told before TensorFlow's seconds of start-up
    with quiet_start():
        from bert_tf import api

    api.Run(run).evaluate(console=Console())
