import pytest

from bert_tf.drafting.new_recipe import new_recipe
from bert_tf.errors import RecipeError
from bert_tf.tasks.recipes import load_recipe
from bert_tf.workflow.data import load_data


@pytest.fixture
def reviews(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = [f"The film number {number} was {'good' if number % 2 else 'bad'},{number % 2}" for number in range(40)]
    (tmp_path / "reviews.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    return {"train": "reviews.csv"}


def test_written_where_train_looks_for_it(reviews):
    path, _ = new_recipe("mine", reviews, named={})
    assert str(path) == "recipes/mine.toml"
    assert load_recipe("mine").data.train == "reviews.csv"


def test_nothing_is_overwritten(reviews, tmp_path):
    new_recipe("mine", reviews, named={})
    before = (tmp_path / "recipes" / "mine.toml").read_text()
    with pytest.raises(RecipeError, match="Recipe 'mine' already exists"):
        new_recipe("mine", reviews, named={})
    # One that comes with bert_tf would be hidden by it.
    with pytest.raises(RecipeError, match="Recipe 'imdb' already exists"):
        new_recipe("imdb", reviews, named={})
    assert (tmp_path / "recipes" / "mine.toml").read_text() == before


def test_another_place(reviews, tmp_path):
    path, draft = new_recipe("mine", reviews, named={}, path=tmp_path / "deep" / "own.toml")
    assert load_recipe(str(path)).name == "own"
    assert f"bert-tf train {path}" in draft.toml
    with pytest.raises(RecipeError, match="must end in .toml"):
        new_recipe("mine", reviews, named={}, path=tmp_path / "own.txt")


@pytest.mark.parametrize("name, hint", [("a/b", "a-b"), ("reviews.toml", ": reviews"), ("-x", ": x"), ("", "letters")])
def test_a_name_that_is_none(reviews, name, hint):
    with pytest.raises(RecipeError, match="is not a valid recipe name") as caught:
        new_recipe(name, reviews, named={})
    assert hint in caught.value.hint


def test_a_folder_that_cannot_be_written(reviews, tmp_path):
    (tmp_path / "recipes").touch()
    with pytest.raises(RecipeError, match="could not be written") as caught:
        new_recipe("mine", reviews, named={})
    assert caught.value.kind == "machine"


def test_labels_that_the_test_file_spells_otherwise_are_merged(reviews, tmp_path):
    lines = [f"Another film {number},{'Good ' if number % 2 else 'BAD'}" for number in range(10)]
    (tmp_path / "test.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    text = (tmp_path / "reviews.csv").read_text().replace(",1\n", ",good\n").replace(",0\n", ",bad\n")
    (tmp_path / "reviews.csv").write_text(text)
    _, draft = new_recipe("mine", {**reviews, "test": "test.csv"}, named={})
    told = "merged into label 'bad': 'bad' (20 rows, first at reviews.csv:2), 'BAD' (5 rows, first at test.csv:2)"
    assert f"{told} (data.merge_labels)" in draft.notes
    recipe = load_recipe("mine")
    assert (recipe.data.merge_labels, recipe.data.on_bad_row) == (True, "fail")
    splits = load_data(recipe, cache_folder=tmp_path / "cache")
    assert splits.report.summary.by_split["test"] == {"bad": 5, "good": 5}
