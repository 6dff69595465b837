"""`bert-tf train`."""

import pathlib

import click

from bert_tf.cli.options import RECIPE, SET
from bert_tf.cli.quiet import quiet_start


@click.command()
@RECIPE
@SET
@click.option("--runs", type=click.Path(path_type=pathlib.Path), default="runs", help="Folder of runs [runs].")
def train(recipe: str, assignments: tuple[str, ...], runs: pathlib.Path) -> None:
    """Train RECIPE (a name, or a .toml file), evaluate it, export it and verify the export.

    Example: bert-tf train imdb --set training.epochs=1 --set "data.train=train[:2000]"
    """
    from bert_tf.recipe.load import load_recipe, parse_overrides

    overrides = parse_overrides(assignments)
    load_recipe(recipe, overrides)  # a mistake in the recipe is told before TensorFlow's seconds of start-up
    from rich.console import Console

    with quiet_start():
        from bert_tf import api
    from bert_tf.cli.verify import report

    run = api.train(recipe, overrides, runs_folder=runs, console=Console())
    click.echo(f"run      {run.path}")
    report(run.export())
