"""`bert-tf train`."""

import dataclasses
import pathlib

import rich_click as click

from bert_tf.cli.options import JSON, RECIPE, SET, given_recipe
from bert_tf.cli.output import echo, progress_console, write_json
from bert_tf.cli.quiet import quiet_start
from bert_tf.errors import StoppedError
from bert_tf.stage import Stage


@click.command()
@RECIPE
@SET
@click.option("--runs", type=click.Path(path_type=pathlib.Path), default="runs", help="Folder of runs [runs].")
@JSON
def train(recipe: str, assignments: tuple[str, ...], runs: pathlib.Path, as_json: bool) -> None:
    """Train RECIPE (a name, or a .toml file), evaluate it, export it, verify the export, and write a report.

    Example: bert-tf train imdb --set training.epochs=1 --set "data.train=train[:2000]"
    """
    console = progress_console(as_json=as_json)
    with Stage(console, f"reading the recipe {recipe}") as stage:
        from bert_tf.recipe.load import parse_overrides
        from bert_tf.runs import open_run

        overrides = parse_overrides(assignments)
        given_recipe(recipe, assignments)  # a mistake in the recipe is told before TensorFlow's seconds of start-up
        stage.rename("starting TensorFlow")
        with quiet_start():
            from bert_tf import api
    from bert_tf.cli.verify import report as verify
    from bert_tf.cli.verify import tell
    from bert_tf.workflow.explanations import AFTER_TRAINING
    from bert_tf.workflow.report import report_run

    run = api.train(recipe, overrides, runs_folder=runs, console=console)
    if not as_json:
        echo(f"run      {run.path}")
    try:
        verified = verify(run.export(console=console), quiet=True, console=console)
        with Stage(console, "writing the report") as stage:
            page = report_run(open_run(run.path), seconds=AFTER_TRAINING, notice=stage.rename)
    except KeyboardInterrupt as stop:
        raise StoppedError(
            "Stopped after training: the run is whole, and what comes after it is not.",
            where=str(run.path),
            hint=f"`bert-tf export {run.path}` exports and verifies it, `bert-tf report {run.path}` writes its report",
        ) from stop
    if as_json:
        export = dataclasses.asdict(verified)
        write_json({"run": run.path, "metrics": run.metrics, "export": export, "report": page})
    else:
        tell(verified)
        echo(f"report   {page}\nnext     bert-tf play {run.path}     try it in the browser")
