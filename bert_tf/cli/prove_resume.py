"""`bert-tf prove-resume`."""

import dataclasses
from typing import TYPE_CHECKING

import rich_click as click
from click.exceptions import Exit

from bert_tf.cli.exit_codes import exit_code
from bert_tf.cli.options import JSON, RECIPE, SET, given_recipe
from bert_tf.cli.output import echo, progress_console, write_json
from bert_tf.plurals import counted
from bert_tf.quiet import quiet_start
from bert_tf.stage import Stage

if TYPE_CHECKING:
    from bert_tf.recipe.schema import Recipe
    from bert_tf.workflow.proof.prove_resume import Proof

_FEW_ROWS, _FEW_EPOCHS = 320, 2


@click.command(name="prove-resume")
@RECIPE
@SET
@click.option("--kills", type=click.IntRange(1), default=10, help="Processes to kill [10].")
@click.option("--seed", type=click.IntRange(0), default=1, help="Seed for the moments of the kills [1].")
@click.option("--rows", type=click.IntRange(1), default=_FEW_ROWS, help=f"Rows of each split [{_FEW_ROWS}].")
@JSON
def prove_resume(recipe: str, assignments: tuple[str, ...], kills: int, seed: int, rows: int, as_json: bool) -> None:
    """Train a slice of RECIPE uninterrupted, and again with kill -9 at random moments, and compare the runs bit by bit.

    Compared are losses and gradient norms of every step, metrics, weights of all checkpoints, and predictions. The
    runs are removed afterwards. Exit status 1 if they differ.

    Example: bert-tf prove-resume bbc-news
    Example: bert-tf prove-resume imdb --rows 1000 --kills 50 --set training.batch_size=8
    """
    console = progress_console(as_json=as_json)
    with Stage(console, f"reading the recipe {recipe}") as stage:
        loaded = _slice(recipe, assignments, rows)
        stage.rename("starting TensorFlow")
        with quiet_start():
            from bert_tf.environment import cache_folder
            from bert_tf.temporaries import scratch_folder
            from bert_tf.workflow.proof.prove_resume import prove_resume as prove
        with scratch_folder() as folder:
            proof = prove(loaded, kills=kills, seed=seed, folder=folder, cache_folder=cache_folder(), told=stage.rename)
    if as_json:
        write_json(dataclasses.asdict(proof))
    else:
        _tell(proof)
    if proof.differences:
        raise Exit(exit_code("training"))


def _slice(recipe: str, assignments: tuple[str, ...], rows: int) -> "Recipe":
    from bert_tf.workflow.proof.slice import slice_of

    whole = given_recipe(recipe, assignments)
    few = slice_of(whole, rows=rows, epochs=_FEW_EPOCHS)
    return given_recipe(recipe, (*few, *assignments))


def _tell(proof: "Proof") -> None:
    for number, kill in enumerate(proof.kills, start=1):
        moment = f"while {kill.writing} was written" if kill.writing else "at a random moment"
        echo(f"kill {number:<4} run {kill.run}, after {kill.seconds:.2f} s, {moment}; saved up to step {kill.step}")
    if proof.differences:
        echo("\n".join(["", *proof.differences]))
        return
    echo(
        f"\nequal    {counted(proof.runs, 'repeated run')} and the uninterrupted one: losses of "
        f"{counted(proof.steps, 'step')}, metrics, weights and predictions, bit by bit\n"
        f"weights  {proof.weights_sha256}"
    )
