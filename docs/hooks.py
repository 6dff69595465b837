"""Pages that mkdocs makes from the code while it builds, so that they say what the code does."""

import json
from collections.abc import Iterator

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from bert_tf.cli.exit_codes import exit_code_table
from bert_tf.cli.main import cli
from bert_tf.models.known_encoders import ENCODERS
from bert_tf.recipe.allowed import allowed, kinds_of, schema_at
from bert_tf.recipe.json_schema import recipe_json_schema
from bert_tf.tasks.recipes import RECIPES

_MODELS = tuple(RECIPES.values())
_TYPES = {"object": "table", "number": "float"}

_RECIPE_HEAD = """\
# Recipe

A recipe is a TOML file. All keys are checked before anything starts: unknown keys, wrong types and values out of range
are reported at once, with their place and what is allowed. Write numbers without quotes. TOML has no null: omit
optional keys. `--set table.key=value` overrides a key on the command line, and `--set table.key=` removes it.

A table with the name of a task, such as `[classify]`, has the keys that only this task knows; a recipe has the table of
its own task only.

`bert-tf recipes show NAME` prints a recipe with all defaults. This page is generated from `bert_tf/recipe/` and
`bert_tf/tasks/`.

## In your editor

[recipe.schema.json](recipe.schema.json) is the JSON Schema of recipes. Editors with taplo (such as VS Code with Even
Better TOML) use it for completion and validation. Write the schema beside your recipe,

```bash
bert-tf recipes schema > recipe.schema.json
```

and make this line the first one of the recipe:

```toml
#:schema ./recipe.schema.json
```
"""

_COMMANDS_HEAD = """\
# Commands

The output of `bert-tf COMMAND --help`. See also [exit codes](exit-codes.md).
"""

_EXIT_CODES_HEAD = """\
# Exit codes

Exit statuses of `bert-tf`, for scripts and CI. `kind` is the error's kind in the output of `--json`.
"""


_ENCODERS_HEAD = """\
# Encoders

What `model.encoder` takes by name, as `bert-tf encoders` lists it. Each is a commit of a repository on the Hugging Face
Hub, but for the last two, [baselines](../how-to/baselines.md) that have no weights before they are trained. MiB are of
the weights in float32, nearly all of a download. `python -m benchmarks.encoders` counts the weights
and measures how long a step takes beside one of `minilm-l6`.

`model.pooling` chooses the vector that an encoder gives of a text. Where the table names one, the encoder was
trained to give that one, and `model.pooling = "auto"` uses it; an encoder without was trained on words only.

| name | language | weights | MiB | vector | good for |
|---|---|---|---|---|---|"""

_ENCODERS_TAIL = """
\\* The repository has the weights only as a pickle at that commit, which bert_tf
[doesn't load](../how-to/encoder.md#a-local-folder): convert them once and give the folder. `minilm-l6` is installed
by `make setup`; the others are downloaded from the hub, but for `bow` and `bilstm`, which have nothing to download."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages, and the JSON Schema as a file to download."""
    schema = json.dumps(recipe_json_schema(RECIPES), indent=2, ensure_ascii=False) + "\n"
    for path, content in {
        "reference/recipe.md": "\n".join(recipe_page()),
        "reference/commands.md": "\n".join(commands_page()),
        "reference/encoders.md": "\n".join(encoders_page()) + "\n",
        "reference/exit-codes.md": f"{_EXIT_CODES_HEAD}\n{exit_code_table()}\n",
        "reference/recipe.schema.json": schema,
    }.items():
        files.append(File.generated(config, path, content=content))
    return files


def recipe_page() -> Iterator[str]:
    """Markdown: a table of keys for the top of a recipe, and one for each of its tables."""
    whole = schema_at((), _MODELS)
    tables = [key for key in whole["properties"] if "properties" in schema_at((key,), _MODELS)]
    yield _RECIPE_HEAD
    yield "## Top-level keys\n"
    yield from _keys((), [key for key in whole["properties"] if key not in tables])
    for table in tables:
        yield f"\n## [{table}]\n\n{schema_at((table,), _MODELS)['description']}\n"
        yield from _keys((table,), list(schema_at((table,), _MODELS)["properties"]))


def commands_page() -> Iterator[str]:
    """Markdown: the help of every command, in the order of `bert-tf --help`."""
    yield _COMMANDS_HEAD
    yield from _command(cli, click.Context(cli, info_name="bert-tf"))


def encoders_page() -> Iterator[str]:
    """Markdown: a table of the encoders that are known by name."""
    yield _ENCODERS_HEAD
    for name, source in ENCODERS.items():
        vector = f'`"{source.vector}"`' if source.vector else ""
        mark = r" \*" if source.is_pickle else ""
        millions = f"{source.weights / 1e6:.1f} M"
        yield f"| `{name}`{mark} | {source.language} | {millions} | {source.mebibytes} | {vector} | {source.good_for} |"
    yield _ENCODERS_TAIL


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    if isinstance(command, click.Group):
        commands = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
    else:
        commands = []
    if context.parent is not None:
        yield f"## {context.command_path}\n\n```text\n{_help(command, context)}\n```\n"
    for name, inner in commands:
        if inner is not None and not inner.hidden:
            yield from _command(inner, click.Context(inner, info_name=name, parent=context))


def _help(command: click.Command, context: click.Context) -> str:
    """The plain help, also of commands whose own help is coloured."""
    formatter = click.HelpFormatter(width=84)
    click.Command.format_usage(command, context, formatter)
    click.Command.format_help_text(command, context, formatter)
    click.Command.format_options(command, context, formatter)
    examples = [line for line in (command.epilog or "").splitlines() if line.strip()]
    return "\n".join([formatter.getvalue().rstrip(), *(["", *examples] if examples else [])])


def _keys(table: tuple[str, ...], keys: list[str]) -> Iterator[str]:
    required = schema_at(table, _MODELS).get("required", [])
    yield "| key | type | default | allowed | meaning |\n|---|---|---|---|---|"
    for key in keys:
        part = schema_at((*table, key), _MODELS)
        types = " or ".join(dict.fromkeys(_TYPES.get(kind["type"], kind["type"]) for kind in kinds_of(part)))
        cells = (f"`{key}`", types, _default(key, part, required), allowed((*table, key), _MODELS), part["description"])
        yield "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _default(key: str, part: dict[str, object], required: list[str]) -> str:
    if key == "name":
        return "the file's name"
    if key in required:
        return "**required**"
    if "default" not in part:
        return "the task's own"
    value = part["default"]
    return "none" if value is None else f"`{json.dumps(value)}`"
