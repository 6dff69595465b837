import pathlib

import pytest
from searches import add_final, add_run, make_search

from bert_tf.errors import RecipeError, TuningError
from bert_tf.recipe.load_recipe import description_of
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tuning.best_recipe import best_path, write_best_recipe
from bert_tf.tuning.results import read_search


@pytest.fixture
def folder(tmp_path):
    return make_search(tmp_path / "bbc-news.tuning", [{"score": 0.8}, {"score": 0.9}, {"score": 0.85}])


def test_it_loads_as_the_recipe_with_the_best_values(folder, tmp_path):
    search = read_search(folder)
    path = write_best_recipe(search, tmp_path / "bbc-news.best.toml")
    loaded, expected = load_recipe(str(path)), search.recipe_of(search.best)
    assert loaded.name == "bbc-news.best"
    assert not loaded.tuning.space
    different = {"name", "tuning"}
    assert loaded.model_dump(exclude=different) == expected.model_dump(exclude=different)
    assert (loaded.training.learning_rate, loaded.model.dropout) == (1e-4, 0.1)
    # What was searched stands there although it is the default.
    assert "batch_size = 32\n" in path.read_text()


@pytest.mark.parametrize(
    ("searched", "learning_rate"), [({}, 5e-3), ({"training.learning_rate": 5e-5}, 5e-5)], ids=["its own", "searched"]
)
def test_an_encoder_has_its_own_training_unless_that_was_searched(tmp_path, searched, learning_rate):
    found = {"score": 0.9, "values": {"model.encoder": "bow", **searched}}
    search = read_search(make_search(tmp_path / "s", [{"score": 0.8}, found], training__learning_rate=1e-4))
    loaded = load_recipe(str(write_best_recipe(search, tmp_path / "b.toml")))
    assert (loaded.model.encoder, loaded.training.learning_rate) == ("bow", learning_rate)
    assert loaded.training == search.recipe_of(search.best).training


def test_its_head_tells_what_it_is_worth(folder, tmp_path, trained):
    add_run(folder, "01", trained.run)
    add_final(folder, "best", [0.8, 0.9, 1.0])
    add_final(folder, "default", [0.7, 0.7, 0.7])
    told = description_of(write_best_recipe(read_search(folder), tmp_path / "b.toml"))
    assert "3 trials of bbc-news (bayesian search)" in told
    assert "training.learning_rate = 0.0001" in told
    assert "validation.accuracy 0.9000 (95% interval 0." in told
    assert "With the recipe's own values: 0.8000." in told
    assert "test.accuracy 0.9000 ± 0.1000 (standard deviation) on 3 seeds, with these values." in told
    assert "test.accuracy 0.7000 ± 0.0000 (standard deviation) on 3 seeds, with the recipe's own." in told
    assert told.splitlines()[-1] == f"  bert-tf train {tmp_path / 'b.toml'}"


def test_the_recipe_as_it_stands_can_be_best(tmp_path):
    folder = make_search(tmp_path / "s", [{"score": 0.9}, {"score": 0.8}])
    path = write_best_recipe(read_search(folder), tmp_path / "b.toml")
    assert "No values did better than the recipe's own" in description_of(path)
    assert load_recipe(str(path)).training.learning_rate == load_recipe("bbc-news").training.learning_rate


def test_a_hostile_value_stays_in_its_comment(tmp_path):
    hostile = 'tiny\n[data]\nsource = "elsewhere'
    best = {"score": 0.9, "values": {"model.encoder": hostile}}
    folder = make_search(tmp_path / "s", [{"score": 0.8}, best])
    loaded = load_recipe(str(write_best_recipe(read_search(folder), tmp_path / "b.toml")))
    assert loaded.model.encoder == hostile
    assert loaded.data.source == "package:bbc-news"


def test_an_earlier_one_is_replaced_and_nothing_else(folder, tmp_path):
    path = tmp_path / "b.toml"
    write_best_recipe(read_search(folder), path)
    write_best_recipe(read_search(folder), path)
    path.write_text('task = "classify"\n')
    with pytest.raises(RecipeError, match="was not written by a search"):
        write_best_recipe(read_search(folder), path)
    assert path.read_text() == 'task = "classify"\n'


def test_nothing_has_finished(tmp_path):
    folder = make_search(tmp_path / "s", [{"status": "failed", "reason": "diverged"}])
    with pytest.raises(TuningError, match="No trial has finished(.|\n)*tune show"):
        write_best_recipe(read_search(folder), tmp_path / "b.toml")


@pytest.mark.parametrize(
    "named, path",
    [("imdb", "recipes/imdb.best.toml"), ("my/own.toml", "my/own.best.toml"), ("./a.b.toml", "a.b.best.toml")],
)
def test_where_it_goes(named, path):
    assert best_path(named) == pathlib.Path(path)
