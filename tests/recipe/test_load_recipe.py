"""Recipes are found by name or path, take overrides, and are written back whole."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.errors import RecipeError
from bert_tf.recipe.load_recipe import description_of, find_recipe, parse_overrides, recipe_names, resolved_toml
from bert_tf.tasks.recipes import load_recipe, make_recipe

SHIPPED = ["bbc-news", "finance-sentiment", "imdb", "sst2", "sts-benchmark", "tweet-confidence", "tweets"]
MINIMAL = 'task = "classify"\n[data]\nsource = "files"\n'


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(MINIMAL, encoding="utf-8")
    return path


def message_of(name: str, *assignments: str) -> str:
    with pytest.raises(RecipeError) as caught:
        load_recipe(name, parse_overrides(assignments))
    return str(caught.value)


def test_the_shipped_recipes_are_there_and_sorted() -> None:
    names = recipe_names()
    assert names == sorted(names)
    assert set(SHIPPED) <= set(names)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_recipe_is_described_and_loads_back_from_its_resolved_form(name: str, tmp_path: Path) -> None:
    recipe = load_recipe(name)
    saved = tmp_path / "recipe.toml"
    saved.write_text(resolved_toml(recipe), encoding="utf-8")
    assert recipe.name == name
    assert load_recipe(str(saved)) == recipe
    assert "make train" in description_of(find_recipe(name))


def test_the_working_directory_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "imdb.toml").write_text(MINIMAL, encoding="utf-8")
    (tmp_path / "recipes" / "own.toml").write_text(MINIMAL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_recipe("imdb").data.source == "files"
    assert "own" in recipe_names()
    assert load_recipe("bbc-news").data.source == "package:bbc-news"


def test_an_unknown_recipe_names_the_nearest_and_lists_all() -> None:
    message = message_of("imbd")
    assert "no recipe 'imbd'" in message
    assert "did you mean 'imdb'?" in message
    assert all(name in message for name in SHIPPED)


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    message = message_of(str(tmp_path / "imdb.toml"))
    assert str(tmp_path) in message
    assert "did you mean 'imdb'?" in message


def test_a_file_of_rows_in_the_place_of_a_recipe(tmp_path: Path) -> None:
    (tmp_path / "my rows.csv").write_text("text,label\na,b\n")
    message = message_of(str(tmp_path / "my rows.csv"))
    assert "is a file, but no recipe" in message
    assert f"bert-tf new NAME --from '{tmp_path}/my rows.csv'" in message


def test_overrides_reach_any_leaf(mine: Path) -> None:
    overrides = parse_overrides(
        [
            "training.epochs=1",
            "training.learning_rate=1e-4",
            "data.train=train[:2000]",
            "data.validation=0.1",
            'data.labels=["no", "yes"]',
            "classify.class_weights.yes=2",
            "description=a = b",
        ]
    )
    recipe = load_recipe(str(mine), overrides)
    assert (recipe.training.epochs, recipe.training.learning_rate) == (1, 1e-4)
    assert (recipe.data.train, recipe.data.validation, recipe.data.labels) == ("train[:2000]", 0.1, ("no", "yes"))
    assert recipe.settings.class_weights == {"yes": 2.0}
    assert recipe.description == "a = b"


def test_an_override_may_be_a_text_that_looks_like_a_date(mine: Path) -> None:
    assert load_recipe(str(mine), parse_overrides(["data.train=2024-01-31"])).data.train == "2024-01-31"


def test_overrides_of_the_wrong_form_are_all_listed() -> None:
    with pytest.raises(RecipeError) as caught:
        parse_overrides(["epochs", "=3", "training.epochs=1", "a b=2"])
    assert len(caught.value.problems) == 3
    assert "'epochs'" in str(caught.value)
    assert "section.key=value" in str(caught.value)


def test_problems_of_file_and_overrides_stand_in_one_message(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'{MINIMAL}[training]\nlearning_rate = "2e-5"\n', encoding="utf-8")
    message = message_of(str(path), "training.epocs=2", "task.x=1")
    assert "has 3 problems" in message
    assert 'training.learning_rate: found "2e-5"' in message
    assert "training.epocs: unknown key; did you mean training.epochs?" in message
    assert 'task: found {"x": 1}; allowed: "classify"' in message
    assert str(path) in message


def test_what_is_at_fault_is_blamed(mine: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe(str(mine), {"training.epochs": 0}, overridden_by="--set")
    assert caught.value.where == "--set training.epochs=0"
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(f"{MINIMAL}[training]\nepochs = 0\n", encoding="utf-8")
    with pytest.raises(RecipeError) as caught:
        load_recipe(str(wrong), {"training.seed": 2})
    assert caught.value.where == str(wrong)
    with pytest.raises(RecipeError) as caught:
        load_recipe(str(wrong), {"training.batch_size": 0})
    assert caught.value.where == f"{wrong}, overrides training.batch_size=0"


def test_broken_toml_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('task = "classify"\n[data]\nsource = files\n', encoding="utf-8")
    message = message_of(str(path))
    assert "not valid TOML: invalid value" in message
    assert f"{path}:3" in message


def test_toml_that_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('task = "classify', encoding="utf-8")
    assert "not valid TOML" in message_of(str(path))


def test_a_recipe_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b'description = "caf\xe9"')
    message = message_of(str(path))
    assert "not UTF-8: byte 18" in message


def test_a_recipe_without_a_comment_has_no_description(mine: Path) -> None:
    assert description_of(mine) == ""


def test_the_comment_ends_where_the_recipe_begins(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("# One.\n#   make train\ntask = 1\n# no\n", encoding="utf-8")
    assert description_of(path) == "One.\n  make train"


texts = st.text(st.characters(codec="utf-8"), min_size=1)
shares = st.floats(min_value=1e-12, max_value=0.49)


@given(
    description=texts,
    train=texts,
    validation=st.none() | shares | texts,
    rate=st.floats(min_value=1e-30, max_value=0.99),
    weights=st.dictionaries(texts, st.floats(min_value=0, max_value=1e300)),
)
def test_any_resolved_recipe_loads_back_equal(
    tmp_path_factory: pytest.TempPathFactory,
    description: str,
    train: str,
    validation: float | str | None,
    rate: float,
    weights: dict[str, float],
) -> None:
    recipe = make_recipe(
        {
            "name": "any",
            "description": description,
            "task": "classify",
            "data": {"source": "files", "train": train, "validation": validation},
            "training": {"learning_rate": rate},
            "classify": {"class_weights": weights},
        }
    )
    path = tmp_path_factory.mktemp("run") / "recipe.toml"
    path.write_bytes(resolved_toml(recipe).encode())
    assert load_recipe(str(path)) == recipe


def test_recipes_load_without_tensorflow() -> None:
    code = "import bert_tf.tasks.recipes, sys; print({'tensorflow', 'numpy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_an_override_without_a_value_leaves_the_key_out():
    assert load_recipe("bbc-news").data.validation == 0.1
    assert load_recipe("bbc-news", parse_overrides(["data.validation="])).data.validation is None
    assert load_recipe("bbc-news", {"data.seed": None, "data.none": None}).data.seed == 1


@pytest.mark.parametrize("value", ["[" * 900 + "]" * 900, "9" * 5000, "0x" + "f" * 5000])
def test_values_without_end_are_a_sentence(tmp_path, value):
    path = tmp_path / "deep.toml"
    path.write_text(f'task = "classify"\nname = {value}\n')
    with pytest.raises(RecipeError, match=r"The recipe 'deep' can't be read: .+(.|\n)*deep\.toml"):
        load_recipe(str(path))
    with pytest.raises(RecipeError, match="value of an override can't be read"):
        parse_overrides([f"training.epochs={value}"])


@pytest.mark.parametrize("written", [r"C:\data\train.csv", r"C:\Users\me\train.csv", r"C:\xyz.csv"])
def test_a_windows_path_in_double_quotes_gets_a_hint(tmp_path, written):
    path = tmp_path / "a.toml"
    path.write_text(f'task = "classify"\n[data]\nsource = "files"\ntrain = "{written}"\n')
    with pytest.raises(RecipeError, match="in single quotes: train = 'C:"):
        load_recipe(str(path))
