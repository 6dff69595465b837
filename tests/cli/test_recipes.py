import json
import pathlib
import tomllib

RECIPES = sorted(path.stem for path in (pathlib.Path(__file__).parents[2] / "recipes").glob("*.toml"))


def test_list(invoke):
    done = invoke("recipes")
    assert [line.split()[0] for line in done.stdout.splitlines()] == RECIPES


def test_list_and_values_as_json(invoke):
    listed = json.loads(invoke("recipes", "--json").stdout)
    assert [recipe["name"] for recipe in listed] == RECIPES
    assert json.loads(invoke("recipes", "show", "imdb", "--json").stdout)["training"]["weight_decay"] == 0.01


def test_check_sees_every_recipe(invoke):
    done = invoke("recipes", "check")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == f"{len(RECIPES)} recipes checked, 0 invalid"
    assert len(RECIPES) == 22


def test_check_finds_the_wrong_one(invoke, tmp_path):
    folder = tmp_path / "recipes"
    folder.mkdir()
    (folder / "mine.toml").write_text('task = "classify"\n[data]\nsource = "files"\n[training]\nepochs = 0\n')
    done = invoke("recipes", "check")
    assert done.returncode == 3
    assert "training.epochs" in done.stdout
    (told,) = json.loads(invoke("recipes", "check", "--json").stdout)["wrong"]
    assert told["problems"][0].startswith("training.epochs: found 0")
    assert f"{len(RECIPES) + 1} recipes checked, 1 invalid" in done.stdout


def test_show_is_the_whole_recipe(invoke):
    done = invoke("recipes", "show", "imdb")
    assert done.stdout.startswith("# Sentiment of movie reviews")
    values = tomllib.loads(done.stdout)
    assert values["data"]["source"] == "tfds:imdb_reviews"
    # Not in the file: a default.
    assert values["training"]["weight_decay"] == 0.01


def test_schema_is_that_of_the_recipe(invoke):
    schema = json.loads(invoke("recipes", "schema").stdout)
    assert schema["properties"]["training"]["properties"]["epochs"]["minimum"] == 1
    assert "name" not in schema["required"]
