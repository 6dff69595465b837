"""One epoch, and another in a run that goes on from it, are two epochs at once."""

import json
import math
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file

from bert_tf.errors import RunError
from bert_tf.runs.run import RunFolder
from bert_tf.runs.training_id import training_id
from bert_tf.tasks.recipes import load_recipe
from bert_tf.training.checkpoints import list_checkpoints
from bert_tf.training.resume_points import newest_point
from bert_tf.workflow.assemble import chosen_checkpoint
from bert_tf.workflow.resume import resume
from bert_tf.workflow.train import train_recipe
from bert_tf.workflow.training_scope import TrainingScope

RECIPE = {
    "data.train": "all[:90]", "data.validation": 0.2, "data.test": 0.2, "text.max_tokens": 16, "training.epochs": 2,
    "training.batch_size": 8, "training.learning_rate": 2e-4, "model.dropout": 0.3,
}  # fmt: skip


@pytest.fixture(scope="module")
def overrides(one_layer):
    return {**RECIPE, "model.encoder": str(one_layer)}


@pytest.fixture(scope="module")
def recipe(overrides):
    return load_recipe("bbc-news", overrides)


@pytest.fixture(scope="module")
def runs(recipe, cache, tmp_path_factory):
    """Both epochs at once, the first one only, and the second one after that."""
    folder = tmp_path_factory.mktemp("runs")

    def train(name, **settings):
        scope = TrainingScope(run_folder=folder / name, summarize=False, **settings)
        return train_recipe(recipe, runs_folder=folder, cache_folder=cache, scope=scope)

    lower = train("lower", until_epoch=1, measure_test=False)
    return {"lower": lower, "upper": train("upper", until_epoch=2, resume_from=lower), "whole": train("whole")}


def weights(run):
    return load_file(list_checkpoints(run.checkpoints)[-1].folder / "model.safetensors")


def test_losses_and_weights_are_equal_to_the_last_bit(runs):
    assert runs["upper"].metrics == runs["whole"].metrics
    assert len(runs["upper"].metrics["epochs"]) == 2
    upper, whole = weights(runs["upper"]), weights(runs["whole"])
    assert {name: value.tobytes() for name, value in upper.items()} == {
        name: value.tobytes() for name, value in whole.items()
    }


def test_rows_that_no_text_has_are_the_encoders_after_the_decay_of_each_step(recipe, one_layer, runs):
    (table,) = (value for name, value in weights(runs["whole"]).items() if name.endswith("embeddings/words"))
    start = load_file(one_layer / "model.safetensors")["embeddings.word_embeddings.weight"]
    # BERT's authors left these rows of the vocabulary empty.
    others = slice(200, 400)
    training, steps = recipe.training, 2 * -(-54 // 8)
    warm = math.ceil(training.warmup * steps)
    shares = [step / warm if step < warm else (steps - step) / (steps - warm) for step in range(steps)]
    left = math.prod(1 - training.learning_rate * training.weight_decay * share for share in shares)
    np.testing.assert_allclose(np.median(1 - table[others] / start[others]), 1 - left, rtol=0.02)


def test_the_first_epoch_is_that_of_both(runs):
    assert runs["lower"].metrics["epochs"] == runs["whole"].metrics["epochs"][:1]
    assert [checkpoint.epoch for checkpoint in list_checkpoints(runs["lower"].checkpoints)] == [1]


def test_the_state_is_kept_for_those_that_go_on_only(runs):
    assert newest_point(runs["lower"].checkpoints).progress.epochs == tuple(runs["lower"].metrics["epochs"])
    for name in ("upper", "whole"):
        assert not list(runs[name].checkpoints.glob("step-*"))


def test_steps_are_counted_on_in_the_curves(runs):
    files = {name: sorted((run.tensorboard / "train").iterdir()) for name, run in runs.items()}
    assert len(files["upper"]) == 2
    assert files["upper"][0].read_bytes() == files["lower"][0].read_bytes()


def test_rows_without_the_test_rows_are_the_same_rows(runs):
    """A share is drawn although it is not measured."""
    lower, whole = (runs[name].facts["data"]["fingerprints"] for name in ("lower", "whole"))
    assert set(whole) - set(lower) == {"test"}
    assert lower == {name: whole[name] for name in lower}
    assert "test" not in runs["lower"].metrics
    assert not runs["lower"].predictions("test").exists()


def test_what_a_search_shows_is_left_to_it(runs):
    names = [path.name for path in runs["whole"].tensorboard.iterdir()]
    assert not [name for name in names if "projector" in name]
    files = [path for path in runs["whole"].tensorboard.iterdir() if path.is_file()]
    assert not any(b"_hparams_" in path.read_bytes() for path in files)


def test_another_recipe_is_no_continuation(runs, overrides, cache, tmp_path):
    other = load_recipe("bbc-news", {**overrides, "training.learning_rate": 1e-4})
    with pytest.raises(RunError, match="has another recipe"):
        train_recipe(other, runs_folder=tmp_path, cache_folder=cache, scope=TrainingScope(resume_from=runs["lower"]))


def test_a_run_without_state_is_no_beginning(runs, recipe, cache, tmp_path):
    with pytest.raises(RunError, match="no saved training state"):
        scope = TrainingScope(resume_from=RunFolder(runs["whole"].path))
        train_recipe(recipe, runs_folder=tmp_path, cache_folder=cache, scope=scope)
    assert json.loads((runs["whole"].path / "run.json").read_text())["status"] == "trained"
    assert not list(tmp_path.iterdir())


def test_a_checkpoint_of_another_run_is_not_taken(runs, overrides, cache, tmp_path, caplog):
    recipe = load_recipe("bbc-news", {**overrides, "training.seed": 8})
    scope = TrainingScope(run_folder=tmp_path / "other", summarize=False, until_epoch=1, measure_test=False)
    other = train_recipe(recipe, runs_folder=tmp_path, cache_folder=cache, scope=scope)
    before = newest_point(other.checkpoints, training=training_id(other.facts))
    assert before.progress.step > 0
    for path in list(other.checkpoints.iterdir()):
        shutil.rmtree(path)
        shutil.copytree(runs["lower"].checkpoints / path.name, path)
    with pytest.raises(RunError, match="damaged"):
        chosen_checkpoint(other)
    with pytest.raises(RunError, match="no saved training state"):
        resume(other, recipe)
    assert caplog.text.count("it is from another training") == 2
