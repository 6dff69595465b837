"""`bert-tf tune`: search better values for a recipe, and look at a search."""

import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import rich_click as click

from bert_tf.cli.options import JSON, RECIPE, SET, given_recipe
from bert_tf.cli.output import echo, progress_console, write_json
from bert_tf.quiet import quiet_start
from bert_tf.stage import Stage

if TYPE_CHECKING:
    from bert_tf.recipe.parameter import Parameter
    from bert_tf.recipe.schema import Recipe


class _Tune(click.RichGroup):
    """`bert-tf tune RECIPE` is `bert-tf tune start RECIPE`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `start` where no command is named."""
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = ["start", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Tune)
def tune() -> None:
    """Search a recipe's [tuning.space] for better values; `bert-tf tune RECIPE` starts or resumes a search.

    Example: bert-tf tune imdb
    Example: bert-tf tune imdb --set tuning.max_trials=12 --set "data.train=train[:2000]"
    """


@tune.command()
@RECIPE
@SET
@click.option("--runs", type=click.Path(path_type=pathlib.Path), default="runs", help="Folder for runs [runs].")
@click.option("--folder", type=click.Path(path_type=pathlib.Path), help="Folder for this search [runs/RECIPE.tuning].")
@click.option("--overwrite", is_flag=True, help="Start over; removes an earlier search in the folder.")
@click.option(
    "--final",
    type=click.IntRange(min=0),
    default=3,
    help="Final runs of the best values, each with another seed, evaluated on the test rows; 0 for none [3].",
)
@JSON
def start(
    recipe: str,
    assignments: tuple[str, ...],
    runs: pathlib.Path,
    folder: pathlib.Path | None,
    overwrite: bool,
    final: int,
    as_json: bool,
) -> None:
    """Search the space of RECIPE (a name, or a .toml file), or resume an interrupted search.

    Example: bert-tf tune start imdb
    Example: bert-tf tune start imdb --set tuning.algorithm=random --folder runs/imdb-random.tuning
    """
    import os

    from bert_tf.environment import cache_folder
    from bert_tf.recipe.load_recipe import find_recipe
    from bert_tf.recipe.space import search_space
    from bert_tf.tuning.best_recipe import best_path, check_replaceable
    from bert_tf.tuning.roles import role
    from bert_tf.tuning.search import check_folder, search_folder, tune_recipe

    loaded = given_recipe(recipe, assignments)
    parameters = search_space(loaded, where=str(find_recipe(recipe)))
    own_role, found = role(os.environ), folder or search_folder(loaded, runs)
    if own_role != "worker":
        check_folder(found, loaded, overwrite=overwrite)
        check_replaceable(best_path(recipe))
    console = progress_console(as_json=as_json)
    with Stage(console, "checking the space and the data") as stage:
        if own_role != "worker":
            _check_trials(loaded, parameters)
        stage.rename("starting TensorFlow")
        with quiet_start():
            import keras_tuner  # noqa: F401
    from bert_tf.tuning.finish import finish_search
    from bert_tf.tuning.show import print_search, search_summary

    tune_recipe(loaded, folder=found, cache_folder=cache_folder(), overwrite=overwrite, console=console)
    if own_role == "worker":
        return
    finished = finish_search(
        found, recipe_path=best_path(recipe), cache_folder=cache_folder(), seeds=final, console=console
    )
    if as_json:
        write_json({**search_summary(finished.search), "recipe_file": finished.recipe, "page": finished.page})
    else:
        print_search(finished.search, console)
        echo(f"recipe   {finished.recipe}\npage     {finished.page}")


def _check_trials(recipe: "Recipe", parameters: "Sequence[Parameter]") -> None:
    """What is wrong with rows is told before TensorFlow's seconds of start-up, unless TFDS reads them."""
    from bert_tf.environment import cache_folder
    from bert_tf.tuning.preflight import check_encoders, check_rows, find_encoders

    if recipe.data.source.startswith("tfds:"):
        with quiet_start():
            import tensorflow  # noqa: F401
    check_rows(recipe, parameters, cache_folder=cache_folder())
    folders = find_encoders(recipe, parameters)
    with quiet_start():
        import keras_tuner  # noqa: F401
    check_encoders(recipe, parameters, folders)


@tune.command()
@click.argument("folder", type=click.Path(path_type=pathlib.Path), required=False)
@JSON
def show(folder: pathlib.Path | None, as_json: bool) -> None:
    """Print the trials of the search in FOLDER, even while it runs. Default: the newest search in runs/.

    Example: bert-tf tune show
    Example: bert-tf tune show runs/imdb.tuning --json
    """
    from bert_tf.tuning.results import read_search
    from bert_tf.tuning.show import print_search, search_summary

    search = read_search(folder or _newest(pathlib.Path("runs")))
    if as_json:
        write_json(search_summary(search))
    else:
        print_search(search, progress_console(as_json=False))


def _newest(runs: pathlib.Path) -> pathlib.Path:
    """The search whose trials changed last."""
    found = [path.parent for path in runs.glob("*.tuning/trials")]
    return max(found, key=lambda folder: (folder / "trials").stat().st_mtime, default=runs)
