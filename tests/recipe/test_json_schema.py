"""The schema in the hands of taplo, the checker behind the TOML modes of editors."""

import json
import pathlib
import subprocess
import sys

import pytest

from bert_tf.recipe.json_schema import recipe_json_schema
from bert_tf.tasks.recipes import RECIPES

FILES = sorted((pathlib.Path(__file__).parents[2] / "recipes").glob("*.toml"))
SMALLEST = 'task = "classify"\n[data]\nsource = "files"\n'


@pytest.fixture
def lint(tmp_path):
    (tmp_path / "recipe.schema.json").write_text(json.dumps(recipe_json_schema(RECIPES)))

    def run(recipe: str) -> str:
        """What the editor would underline; empty when the recipe is right."""
        (tmp_path / "mine.toml").write_text(f"#:schema ./recipe.schema.json\n{recipe}")
        taplo = pathlib.Path(sys.executable).with_name("taplo")
        done = subprocess.run([taplo, "lint", "mine.toml"], cwd=tmp_path, capture_output=True, text=True, check=False)
        errors = "\n".join(line for line in done.stderr.splitlines() if line.startswith("error"))
        assert bool(errors) == bool(done.returncode), done.stderr
        return errors

    return run


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_recipes_pass(lint, path):
    assert lint(path.read_text()) == ""


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "validation = 0.1",
        'validation = "dev.csv"',
        'labels = ["no", "yes"]',
        "[training]\nlearning_rate = 2e-5\n[classify]\nclass_weights = {no = 1, yes = 2.5}",
        '[training]\ngradient_checkpointing = true\n[classify]\nclass_weights = "balanced"',
        "[training]\nprofile_steps = [10, 20]",
    ],
)
def test_right_lines_pass(lint, lines):
    assert lint(SMALLEST + lines) == ""


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("validation = 1.5", "not valid under any"),
        ('labels = ["one"]', "less than 2 items"),
        ("text_pair = false", 'not of type "string"'),
        ("[training]\nepochs = 0", "less than the minimum of 1"),
        ('[training]\nepochs = "3"', 'not of type "integer"'),
        ("[training]\nlearning_rat = 1e-5", "'learning_rat' was unexpected"),
        ("[classify]\nclass_weights = {no = -1}", "not valid under any"),
        ("[training]\nlabel_smoothing = 0.1", "'label_smoothing' was unexpected"),
        ("[training]\nmonitor = 'validation.f2'", "is not one of"),
        ("[training]\nprofile_steps = [0, 20]", "less than the minimum of 1"),
        ("[training]\nprofile_steps = [10]", "less than 2 items"),
        ("[model]\npooling = 'sum'", "is not one of"),
        ("[text]\nmax_tokens = 5000", "greater than the maximum of 4096"),
    ],
)
def test_wrong_lines_are_seen(lint, lines, said):
    assert said in lint(SMALLEST + lines)


def test_source_is_required_and_name_is_not(lint):
    assert '"source" is a required property' in lint('task = "classify"\n[data]\ntrain = "train.csv"\n')
    assert lint(SMALLEST) == ""


def test_every_key_says_what_it_means():
    tables = [recipe_json_schema(RECIPES), *recipe_json_schema(RECIPES)["properties"].values()]
    keys = [key for table in tables for key in table.get("properties", {}).items()]
    assert len(keys) > 30
    assert [name for name, key in keys if not key["description"]] == []
    assert "null" not in json.dumps(recipe_json_schema(RECIPES))
