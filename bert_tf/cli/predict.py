"""`bert-tf predict`."""

import pathlib

import rich_click as click

from bert_tf.cli.options import JSON, RUN
from bert_tf.cli.output import echo, progress_console, write_json
from bert_tf.cli.quiet import quiet_start
from bert_tf.stage import Stage


@click.command()
@RUN
@click.argument("texts", nargs=-1, required=True)
@JSON
def predict(run: pathlib.Path, texts: tuple[str, ...], as_json: bool) -> None:
    """Label each of TEXTS with RUN's best checkpoint: label, its probability, the text.

    For a folder of runs, such as runs/imdb, the newest of them is taken.

    Example: bert-tf predict runs/imdb/20260101-120000 "A film to remember."
    """
    from bert_tf.runs import open_run

    open_run(run)  # a wrong folder is told before TensorFlow's seconds of start-up
    with Stage(progress_console(as_json=True), "starting TensorFlow") as stage:
        with quiet_start():
            from bert_tf import api
        stage.rename("loading the model")
        answers = api.Run(run).predict(texts)
    if as_json:
        write_json([{"text": text, **answer} for text, answer in zip(texts, answers, strict=True)])
        return
    for text, answer in zip(texts, answers, strict=True):
        echo(f"{answer['label']}\t{answer['score']:.4f}\t{text}")
