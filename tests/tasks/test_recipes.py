import pytest
from pydantic import ValidationError

from bert_tf.errors import RecipeError, RunError
from bert_tf.recipe.load_recipe import resolved_toml
from bert_tf.runs.run import new_run
from bert_tf.tasks.recipes import RECIPES, load_recipe, make_recipe, own_training, run_recipe, trial_recipe
from bert_tf.tasks.table import TASKS, task_of


def test_every_task_has_recipes():
    assert RECIPES.keys() == TASKS.keys()
    # A task that is made of others needs one.
    heads = {"multitask": {"heads": [{"name": "mood", "task": "classify"}]}}
    for name in RECIPES:
        own = heads if TASKS[name].of_settings else {}
        made = make_recipe({"name": "mine", "task": name, "data": {"source": "files"}, **own})
        assert isinstance(made.settings, TASKS[name].settings())
        # What training follows and what a search goes by is measured.
        assert task_of(made).measure(made.training.monitor) in task_of(made).followed
        assert task_of(made).measure(made.tuning.objective) in task_of(made).measures


def test_the_recipe_of_a_run(tmp_path):
    run = new_run(load_recipe("bbc-news", {"classify.class_weights": "balanced"}), tmp_path)
    assert run_recipe(run) == load_recipe("bbc-news", {"classify.class_weights": "balanced"})
    assert run_recipe(run, {"export.precision": "bfloat16"}).export.is_reduced
    with pytest.raises(RecipeError, match="found 0; allowed: a whole number at least 1"):
        run_recipe(run, {"training.epochs": 0})


def test_a_run_whose_recipe_was_changed(tmp_path):
    run = new_run(load_recipe("bbc-news"), tmp_path)
    (run.path / "recipe.toml").write_text(resolved_toml(load_recipe("sst2")))
    with pytest.raises(RunError, match="its content has changed since it was written"):
        run_recipe(run)


def test_a_recipe_from_tables():
    values = {"name": "mine", "task": "classify", "data": {"source": "files"}, "classify": {"label_smoothing": 0.2}}
    assert make_recipe(values).settings.label_smoothing == 0.2
    with pytest.raises(ValidationError, match="task"):
        make_recipe({**values, "task": "divine"})


def test_a_folder_of_a_baseline_brings_its_training_along(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bow"}')
    training = load_recipe("bbc-news", {"model.encoder": str(tmp_path)}).training
    assert {key: getattr(training, key) for key in own_training("bow")} == dict(own_training("bow"))


@pytest.mark.parametrize(
    "algorithm, values, expected",
    [
        ("random", {"model.encoder": "bow"}, (8, 0.005)),
        ("random", {"model.encoder": "bow", "training.epochs": 2}, (2, 0.005)),
        ("random", {"model.encoder": "minilm-l6", "training.epochs": 2}, (2, 3e-5)),
        ("random", {"model.encoder": "distilbert"}, (4, 3e-5)),
        # Whose rounds are of the search's epochs.
        ("hyperband", {"model.encoder": "bow"}, (4, 0.005)),
    ],
)
def test_a_trial_with_another_encoder_is_trained_as_that_one_needs(algorithm, values, expected):
    own = {"training.epochs": 4, "training.learning_rate": 3e-5, "tuning.algorithm": algorithm}
    training = trial_recipe(load_recipe("bbc-news", own), values).training
    assert (training.epochs, training.learning_rate) == expected


def test_a_trial_of_a_baselines_recipe_with_another_encoder():
    data = {"source": "files"}
    fresh = make_recipe({"name": "mine", "task": "classify", "data": data}).training
    training = trial_recipe(load_recipe("bbc-news", {"model.encoder": "bow"}), {"model.encoder": "distilbert"}).training
    assert (training.epochs, training.learning_rate) == (fresh.epochs, fresh.learning_rate)
