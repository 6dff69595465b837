"""Recipes where there are several tasks: each has its own table and measures, and mistakes name the right one."""

import json
import pathlib
import subprocess
import sys
from typing import Literal

import pytest
from pydantic import Field, ValidationError

from bert_tf.errors import RecipeError
from bert_tf.measures import Measure
from bert_tf.recipe.allowed import allowed, schema_at
from bert_tf.recipe.json_schema import recipe_json_schema
from bert_tf.recipe.load_recipe import read_recipe
from bert_tf.recipe.recipe_models import model_of, recipe_model, sections_of
from bert_tf.recipe.schema import Recipe
from bert_tf.recipe.section import Section
from bert_tf.recipe.task_keys import TaskKeys


class Colours(Section):
    """How colours are told apart."""

    shade: float = Field(default=0.5, ge=0, description="Weight of the shade.")


class Sizes(Section):
    """How sizes are measured."""

    unit: Literal["inch", "metre"] = Field(default="metre", description="Unit of the sizes.")


LOSS, ERROR, HITS = (
    Measure("loss", "loss", better="less"),
    Measure("error", "error", better="less"),
    Measure("hits", "hits"),
)
MODELS = {
    "colour": recipe_model(TaskKeys("colour", "`colour`: a colour.", Colours, (HITS, LOSS), (), ("f1",))),
    "size": recipe_model(TaskKeys("size", "`size`: a number.", Sizes, (ERROR, LOSS))),
}
BOTH = tuple(MODELS.values())
SMALLEST = '[data]\nsource = "files"\n'


@pytest.fixture
def read(tmp_path):
    def of(text: str) -> Recipe:
        (tmp_path / "mine.toml").write_text(text)
        return read_recipe(str(tmp_path / "mine.toml"), MODELS)

    return of


@pytest.fixture
def problems(read):
    def of(text: str) -> list[str]:
        with pytest.raises(RecipeError) as caught:
            read(text)
        return list(caught.value.problems)

    return of


def test_each_task_has_its_own_table_and_measures(read):
    colour, size = (read(f'task = "{task}"\n{SMALLEST}') for task in MODELS)
    assert (colour.settings, size.settings) == (Colours(), Sizes())
    assert (colour.training.monitor, colour.tuning.objective) == ("validation.loss", "validation.hits")
    assert (size.training.monitor, size.tuning.objective) == ("validation.loss", "validation.error")
    assert isinstance(colour, Recipe)


def test_the_table_stands_behind_training():
    names = list(sections_of(MODELS["size"]))
    assert names == ["data", "text", "model", "training", "size", "export", "report", "tuning"]


def test_checks_of_all_recipes_hold():
    values = {"name": "mine", "task": "size", "data": {"source": "files"}, "training": {"early_stopping": 1}}
    with pytest.raises(ValidationError, match="early_stopping needs validation rows"):
        MODELS["size"].model_validate(values)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f'task = "colr"\n{SMALLEST}', 'task: found "colr"; did you mean "colour"?'),
        (f'task = "taste"\n{SMALLEST}', 'task: found "taste"; allowed: "colour" | "size"'),
        (f'task = "taste"\n{SMALLEST}[size]\nunit = "inch"', 'task: found "taste"; allowed: "colour" | "size"'),
        (SMALLEST, 'task: missing; allowed: "colour" | "size"'),
        (
            f'task = "colour"\n{SMALLEST}[size]\nunit = "inch"',
            'size: the table of task "size", but task is "colour"; remove the table, or set task = "size"',
        ),
        (
            f'task = "colour"\n{SMALLEST}[training]\nunit = "inch"',
            'training.unit: unknown key; only task "size" has it, as size.unit',
        ),
        (
            f'task = "colour"\n{SMALLEST}[colour]\nunit = "inch"',
            'colour.unit: unknown key; only task "size" has it, as size.unit',
        ),
        (f'task = "size"\n{SMALLEST}[training]\nunit = "inch"', "training.unit: unknown key; did you mean size.unit?"),
        (f'task = "size"\n{SMALLEST}[size]\nunits = "inch"', "size.units: unknown key; did you mean size.unit?"),
        (
            f'task = "size"\n{SMALLEST}[training]\nmonitor = "validation.hits"',
            'training.monitor: found "validation.hits"; allowed: "validation.loss" | "validation.error"',
        ),
        (
            f'task = "size"\n{SMALLEST}[tuning]\nobjective = "validation.hits"',
            "tuning.objective: unknown validation metric validation.hits; known: validation.error, validation.loss",
        ),
    ],
)
def test_one_mistake_is_one_sentence(problems, text, told):
    assert problems(text) == [told]


def test_the_most_likely_task():
    assert model_of({"task": "sise"}, MODELS) is MODELS["size"]
    assert model_of({"task": "taste", "size": {}}, MODELS) is MODELS["size"]
    assert model_of({"task": 3}, MODELS) is MODELS["colour"]


def test_what_either_task_takes():
    assert allowed(("task",), BOTH) == '"colour" | "size"'
    assert allowed(("training", "monitor"), BOTH) == '"validation.loss" | "validation.hits" | "validation.error"'
    assert schema_at(("task",), BOTH)["description"] == "`colour`: a colour. `size`: a number."
    assert allowed(("size", "unit"), BOTH) == '"inch" | "metre"'
    assert "default" not in schema_at(("tuning", "objective"), BOTH)
    assert allowed(("tuning", "objective"), BOTH) == (
        "validation.hits, validation.loss or validation.per_class.LABEL.f1; or validation.error, validation.loss"
    )
    tables = list(schema_at((), BOTH)["properties"])
    assert tables[tables.index("training") :] == ["training", "colour", "size", "export", "report", "tuning"]


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        (f'task = "colour"\n{SMALLEST}[colour]\nshade = 0.1\n', True),
        (f'task = "size"\n{SMALLEST}[training]\nmonitor = "validation.error"\n', True),
        (f'task = "size"\n{SMALLEST}[training]\nmonitor = "validation.hits"\n', False),
        (f'task = "size"\n{SMALLEST}[colour]\nshade = 0.1\n', False),
        (f'task = "taste"\n{SMALLEST}', False),
    ],
)
def test_an_editor_sees_what_is_of_another_task(tmp_path, text, is_right):
    (tmp_path / "recipe.schema.json").write_text(json.dumps(recipe_json_schema(MODELS)))
    (tmp_path / "mine.toml").write_text(f"#:schema ./recipe.schema.json\n{text}")
    taplo = pathlib.Path(sys.executable).with_name("taplo")
    done = subprocess.run([taplo, "lint", "mine.toml"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == is_right, done.stderr
