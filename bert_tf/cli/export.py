"""`bert-tf export`."""

import dataclasses
import pathlib

import rich_click as click

from bert_tf.cli.options import JSON, RUN
from bert_tf.cli.output import write_json
from bert_tf.cli.quiet import quiet_start


@click.command()
@RUN
@click.option("--to", "folder", type=click.Path(path_type=pathlib.Path), help="Folder of models [RUN/export].")
@JSON
def export(run: str, folder: pathlib.Path | None, as_json: bool) -> None:
    """Export the best checkpoint of RUN as the next version of its model, and verify it.

    Example: bert-tf export runs/bbc-news/20260101-120000 --to exported
    """
    from bert_tf.runs import open_run

    open_run(pathlib.Path(run))  # a wrong folder is told before TensorFlow's seconds of start-up
    with quiet_start():
        from bert_tf import api
    from bert_tf.cli.verify import report

    verified = report(api.Run(run).export(folder), quiet=as_json)
    if as_json:
        write_json(dataclasses.asdict(verified))
