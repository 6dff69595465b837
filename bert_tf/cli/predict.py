"""`bert-tf predict`."""

import os
import pathlib
import shlex
import sys

import rich_click as click

from bert_tf.cli.options import JSON, MODEL_OR_RUN
from bert_tf.cli.output import echo, progress_console, write_json
from bert_tf.quiet import quiet_start
from bert_tf.stage import Stage


@click.command()
@MODEL_OR_RUN
@click.argument("texts", nargs=-1, required=True, metavar="TEXTS…")
@JSON
def predict(model: pathlib.Path, texts: tuple[str, ...], as_json: bool) -> None:
    """Predict for TEXTS with RUN's best checkpoint or an exported MODEL; print each answer and its text.

    A classifier's answer is the label and its probability; named entities are also marked in the text. A folder of
    runs, such as runs/imdb, stands for its newest run. Pass - to read texts from standard input, one per line. For
    the rows of files, use `bert-tf score`.

    Example: bert-tf predict runs/imdb/20260101-120000 "A film to remember."
    Example: bert-tf predict models/imdb "A film to remember."
    Example: bert-tf predict runs/imdb - < texts.txt
    """
    from bert_tf.workflow.scoring.scored_model import serving_of
    from bert_tf.workflow.source import find_source

    given = _given(model, texts)
    source = find_source(model)  # a wrong folder is told before TensorFlow's seconds of start-up
    if not given:
        echo("Standard input has no lines: there is nothing to predict.", err=True)
        if as_json:
            write_json([])
        return
    with Stage(progress_console(as_json=True), "starting TensorFlow") as stage:
        with quiet_start():
            from bert_tf import api
        stage.rename("loading the model")
        answers = (api.Run(source.path) if source.kind == "run" else api.load(source.path)).predict(given)
    if as_json:
        write_json([{"text": text, **answer} for text, answer in zip(given, answers, strict=True)])
        return
    serving = serving_of(source)
    for text, answer in zip(given, answers, strict=True):
        echo("\t".join([*serving.answer_cells(answer), serving.marked_text(answer, text)]))


def _given(run: pathlib.Path, arguments: tuple[str, ...]) -> list[str]:
    """The texts, with the lines of standard input in the place of `-`; the name of a file is no text."""
    texts: list[str] = []
    for argument in arguments:
        if os.path.isfile(argument):
            name = shlex.quote(argument)
            raise click.UsageError(
                f"{argument} is a file, but predict takes texts. For its rows: bert-tf score {run} --in {name} --out "
                f"FILE --text COLUMN. For its lines: bert-tf predict {run} - < {name}"
            )
        texts += _lines() if argument == "-" else [argument]
    return texts


def _lines() -> list[str]:
    lines = sys.stdin.buffer.read().split(b"\n")
    texts = []
    for number, line in enumerate(lines if lines[-1] else lines[:-1], start=1):
        try:
            texts.append(line.decode().removesuffix("\r"))
        except UnicodeDecodeError as error:
            place = f"line {number}, byte {error.start + 1}"
            raise click.UsageError(f"Standard input is not UTF-8: {place}.") from None
    return texts
