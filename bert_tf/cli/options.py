"""Arguments that several commands take, and what a shell may complete them with."""

import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

import rich_click as click
from click.shell_completion import CompletionItem

from bert_tf.cli.output import echo
from bert_tf.data.file_format import Quote
from bert_tf.export.serving_releases import DEFAULT_TARGET

if TYPE_CHECKING:
    from bert_tf.recipe.schema import Recipe


def complete_recipe(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of recipes, then .toml files."""
    from bert_tf.recipe.load_recipe import description_of, find_recipe, recipe_names

    named = [name for name in recipe_names() if name.startswith(incomplete)]
    items = [CompletionItem(name, help=description_of(find_recipe(name)).partition("\n")[0]) for name in named]
    return items or [CompletionItem(incomplete, type="file")]


def complete_run(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Folders of runs below `runs/`, newest first, then any folder."""
    runs = [file.parent for file in pathlib.Path("runs").glob("*/*/run.json")]
    named = [str(run) for run in sorted(runs, key=lambda run: run.name, reverse=True)]
    items = [CompletionItem(name) for name in named if name.startswith(incomplete)]
    return items or [CompletionItem(incomplete, type="dir")]


def complete_assignment(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Keys of a recipe, each with `=` behind it."""
    from bert_tf.recipe.recipe_models import sections_of
    from bert_tf.tasks.recipes import RECIPES

    keys = {
        f"{section}.{key}=": inner.description
        for model in RECIPES.values()
        for section, table in sections_of(model).items()
        for key, inner in table.model_fields.items()
    }
    return [CompletionItem(key, help=text) for key, text in keys.items() if key.startswith(incomplete)]


def take_newest(context: click.Context, parameter: click.Parameter, value: pathlib.Path) -> pathlib.Path:
    """For the folder of a recipe its newest run, which is named on standard error; any other path as it is."""
    from bert_tf.runs.run import newest_run

    newest = newest_run(value)
    if newest is None:
        return value
    echo(f"newest   {newest.path}", err=True)
    return newest.path


def given_recipe(name_or_path: str, assignments: Sequence[str]) -> "Recipe":
    """The recipe that a command was given, with what its `--set` options say laid over it; raises RecipeError."""
    from bert_tf.recipe.load_recipe import parse_overrides
    from bert_tf.tasks.recipes import load_recipe

    return load_recipe(name_or_path, parse_overrides(assignments), overridden_by="--set")


def check_runner_options(runner: str | None, options: Sequence[str]) -> None:
    """Raises UsageError where there are options for a runner and none is named."""
    if options and runner is None:
        raise click.UsageError("--runner-option is for a pipeline's runner; name it with --runner.")


def read_delimiter(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """One character; `tab` and `\\t` are a tab."""
    if value is None or len(value) == 1:
        return value
    if value in ("tab", "\\t"):
        return "\t"
    raise click.BadParameter(f"{value!r} is not one character, such as ';' or tab")


def read_encoding(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """An encoding of text that Python knows."""
    from bert_tf.recipe.data_keys import check_encoding

    try:
        return check_encoding(value)
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from None


RECIPE = click.argument("recipe", shell_complete=complete_recipe)
RUN = click.argument(
    "run",
    type=click.Path(path_type=pathlib.Path),
    metavar="RUN",
    shell_complete=complete_run,
    callback=take_newest,
)
MODEL_OR_RUN = click.argument(
    "model",
    type=click.Path(path_type=pathlib.Path),
    metavar="MODEL|RUN",
    shell_complete=complete_run,
    callback=take_newest,
)
RUNNER = click.option(
    "--runner",
    metavar="NAME",
    help="Work as an Apache Beam pipeline on this runner: DirectRunner, DataflowRunner, FlinkRunner, SparkRunner.",
)
RUNNER_OPTION = click.option(
    "--runner-option",
    "runner_options",
    multiple=True,
    metavar="KEY=VALUE",
    help="Option of Beam or of the runner, such as temp_location=gs://bucket/folder; repeatable.",
)
SET = click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="KEY=VALUE",
    shell_complete=complete_assignment,
    help="Override a recipe key; KEY= removes it. May be repeated.",
)
DELIMITER = click.option(
    "--delimiter",
    metavar="CHARACTER",
    callback=read_delimiter,
    help="Field separator of CSV and TSV input, such as ';' [a comma for .csv, a tab for .tsv].",
)
ENCODING = click.option(
    "--encoding",
    metavar="NAME",
    callback=read_encoding,
    help="Encoding of text input, such as cp1252 [that of the byte order mark, else UTF-8].",
)
QUOTE = click.option(
    "--quote",
    type=click.Choice(get_args(Quote)),
    default="auto",
    help="Quote character of CSV and TSV input; none for quotes that are ordinary characters [auto: what the file "
    "shows].",
)
SKIP_LINES = click.option(
    "--skip-lines",
    type=click.IntRange(min=0),
    metavar="N",
    help="Lines above the header of CSV and TSV input [those that can't be a header].",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
ALLOW_HOST = click.option(
    "--allow-host",
    "allowed_hosts",
    multiple=True,
    metavar="NAME",
    help="Additional host name to accept in the Host header; '*' accepts any. May be repeated.",
)
ALLOW_ORIGIN = click.option(
    "--allow-origin",
    "allowed_page_origins",
    multiple=True,
    metavar="URL",
    help="Origin of web pages that may send requests, such as https://tools.example; '*' for any. May be repeated.",
)
TO = click.option(
    "--to", "folder", type=click.Path(path_type=pathlib.Path), help="Folder for the exported model [RUN/export]."
)
TARGET_SERVING = click.option(
    "--target-serving",
    "target",
    default=DEFAULT_TARGET,
    metavar="VERSION",
    help=f"TensorFlow Serving release that must load the model; incompatible graphs are refused [{DEFAULT_TARGET}].",
)
SIGN_KEY = click.option(
    "--sign-key",
    type=click.Path(path_type=pathlib.Path, exists=True, dir_okay=False),
    help="Elliptic-curve private key (PEM) to sign the version with; needs bert_tf[signing].",
)
