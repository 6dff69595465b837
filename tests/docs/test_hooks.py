"""The generated pages hold all that the code has."""

import importlib.util
import pathlib
import typing

import click
import pytest

from bert_tf.cli.main import cli
from bert_tf.models.known_encoders import ENCODERS
from bert_tf.tasks.recipes import RECIPES

WEIGHTS = '"none" ¦ "balanced", or a table of label = weight'


def one_of(values) -> str:
    """Each once, as a cell has them."""
    return " ¦ ".join(f'"{value}"' for value in dict.fromkeys(values))


def monitors(model) -> tuple[str, ...]:
    return typing.get_args(model.model_fields["training"].annotation.model_fields["monitor"].annotation)


@pytest.fixture(scope="module")
def hooks():
    path = pathlib.Path(__file__).parents[2] / "docs" / "hooks.py"
    spec = importlib.util.spec_from_file_location("hooks", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(page: str) -> dict[str, list[str]]:
    """Cells of each table's rows, by `[table] key`."""
    found, table = {}, ""
    for line in page.splitlines():
        if line.startswith("## "):
            table = line.removeprefix("## ")
        if line.startswith("| `"):
            key, *cells = [cell.strip() for cell in line.replace(r"\|", "¦").strip("|").split("|")]
            found[f"{table} {key}"] = cells
    return found


def test_recipe_page_has_every_key(hooks):
    found = rows("\n".join(hooks.recipe_page()))
    fields = {name: field for model in RECIPES.values() for name, field in model.model_fields.items()}
    tables = {name: field.annotation for name, field in fields.items()}
    sections = {f"[{name}]": kind.model_fields for name, kind in tables.items() if hasattr(kind, "model_fields")}
    tasks = " ".join(model.model_fields["task"].description for model in RECIPES.values())
    top = {name: field for name, field in fields.items() if f"[{name}]" not in sections}
    expected = {f"Top-level keys `{key}`": field for key, field in top.items()}
    expected |= {f"{table} `{key}`": field for table, fields in sections.items() for key, field in fields.items()}
    assert found.keys() == expected.keys()
    assert {place: cells[-1].replace("¦", "|") for place, cells in found.items()} == {
        **{place: field.description for place, field in expected.items()},
        "Top-level keys `task`": tasks,
    }


@pytest.mark.parametrize(
    ("place", "cells"),
    [
        ("Top-level keys `name`", ["string", "the file's name", "letters, digits, spaces, dots, - and _"]),
        ("Top-level keys `task`", ["string", "**required**", one_of(RECIPES)]),
        ("[data] `validation`", ["float or string", "none", "a number above 0 and below 1, or a string in quotes"]),
        ("[data] `labels`", ["array", "none", "a list of at least 2 strings"]),
        ("[training] `epochs`", ["integer", "`3`", "a whole number at least 1"]),
        ("[classify] `class_weights`", ["string or table", '`"none"`', WEIGHTS]),
        (
            "[training] `monitor`",
            [
                "string",
                "the task's own",
                one_of(monitor for model in RECIPES.values() for monitor in monitors(model)),
            ],
        ),
        ("[training] `gradient_checkpointing`", ["boolean", "`false`", "true ¦ false"]),
    ],
)
def test_a_row(hooks, place, cells):
    assert rows("\n".join(hooks.recipe_page()))[place][:3] == cells


def test_commands_page_has_every_option(hooks):
    page = "\n".join(hooks.commands_page())
    for name, command in cli.commands.items():
        assert f"## bert-tf {name}\n" in page
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.opts[0] in page
    assert "## bert-tf recipes schema\n" in page
    assert "\x1b" not in page


def test_encoders_page_has_a_row_for_each(hooks):
    page = "\n".join(hooks.encoders_page())
    for name, source in ENCODERS.items():
        (row,) = (line for line in page.splitlines() if line.startswith(f"| `{name}`"))
        assert source.language in row
        assert (r"\*" in row) == source.is_pickle
