"""`bert-tf export`."""

import dataclasses
import pathlib
import tempfile

import rich_click as click

from bert_tf.cli.options import JSON, RUN, SIGN_KEY, TARGET_SERVING, TO
from bert_tf.cli.output import progress_console, write_json
from bert_tf.errors import ExportError
from bert_tf.quiet import quiet_start
from bert_tf.stage import Stage
from bert_tf.system_errors import system_errors_as


@click.command()
@RUN
@TO
@TARGET_SERVING
@SIGN_KEY
@click.option(
    "--precision",
    type=click.Choice(["float32", "bfloat16"]),
    help="Number format for computation; compared with float32 [the recipe's value, else float32].",
)
@click.option(
    "--quantize",
    type=click.Choice(["none", "int8-weights"]),
    help="How weights are stored; compared with float32 [the recipe's value, else none].",
)
@JSON
def export(
    run: pathlib.Path,
    folder: pathlib.Path | None,
    target: str,
    sign_key: pathlib.Path | None,
    precision: str | None,
    quantize: str | None,
    as_json: bool,
) -> None:
    """Export the best checkpoint of RUN as the next version of its model, and verify the export.

    A folder of runs, such as runs/bbc-news, stands for its newest run.

    Example: bert-tf export runs/bbc-news/20260101-120000 --to exported
    Example: bert-tf export runs/bbc-news/20260101-120000 --target-serving 2.19.1 --sign-key key.pem
    Example: bert-tf export runs/bbc-news/20260101-120000 --precision bfloat16
    """
    from bert_tf.export.serving_releases import release_table
    from bert_tf.export.signing import check_private_key
    from bert_tf.recipe.export_keys import export_overrides
    from bert_tf.runs.run import open_run
    from bert_tf.tasks.recipes import run_recipe

    # What is wrong is told before TensorFlow's seconds of start-up.
    run_recipe(open_run(run), export_overrides(precision=precision, quantize=quantize))
    release_table().check_release(target)
    if sign_key is not None:
        check_private_key(sign_key)
    if folder is not None:
        _check_folder(folder)
    console = progress_console(as_json=as_json)
    with Stage(console, "starting TensorFlow"), quiet_start():
        from bert_tf import api
    from bert_tf.cli.verify import report
    from bert_tf.handoff.answers_before import answers_before

    version = api.Run(run).export(
        folder,
        target_serving=target,
        sign_key=sign_key,
        precision=precision,
        quantize=quantize,
        console=console,
    )
    verified = report(version, quiet=as_json, console=console)
    if note := answers_before(version, run):
        console.print(note, highlight=False, markup=False, soft_wrap=True)
    if as_json:
        write_json(dataclasses.asdict(verified))


def _check_folder(folder: pathlib.Path) -> None:
    what, hint = "The model can't be written there", "choose another folder with --to"
    with system_errors_as(ExportError, what, where=str(folder), hint=hint, kind="usage"):
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
