"""What the baseline of a recipe is; `test_sharing.py` trains one beside a model."""

import pytest

from bert_tf.errors import RecipeError
from bert_tf.tasks.recipes import load_recipe, own_training
from bert_tf.workflow.baseline import baseline_recipe


def test_it_learns_the_same_rows_and_nothing_else_is_the_models():
    overrides = {
        "model.pooling": "mean", "model.kernels": "fused", "training.gradient_checkpointing": True,
        "training.precision": "bfloat16", "training.epochs": 9, "training.seed": 7, "export.precision": "bfloat16",
        "training.monitor": "validation.accuracy", "classify.label_smoothing": 0.2, "report.reference": "runs/a/b",
    }  # fmt: skip
    recipe = load_recipe("bbc-news", overrides)
    baseline = baseline_recipe(recipe)
    for table in ("name", "task", "data", "text", "classify"):
        assert getattr(baseline, table) == getattr(recipe, table)
    assert (baseline.model.encoder, baseline.model.pooling, baseline.model.kernels) == ("bow", "auto", "auto")
    training = baseline.training
    assert (training.seed, training.monitor, training.precision) == (7, "validation.accuracy", "auto")
    assert {key: getattr(training, key) for key in own_training("bow")} == dict(own_training("bow"))
    assert not training.gradient_checkpointing
    assert baseline.report.reference is None
    assert not baseline.export.is_reduced


def test_it_learns_the_few_rows_that_were_drawn_in_the_same_folds():
    recipe = load_recipe("few-shot-topics", {"few_shot.folds": 4})
    shots = baseline_recipe(recipe).shots
    assert (shots.per_label, shots.folds, shots.steps) == (8, 4, 0)


def test_it_has_batches_of_as_many_tokens():
    recipe = load_recipe("bbc-news", {"training.batch_tokens": 4096})
    assert baseline_recipe(recipe).training.batch_tokens == 4096


@pytest.mark.parametrize("encoder", ["bert-base-chinese", "owner/name@v1", "/a/folder"])
def test_it_reads_the_same_tokens(encoder):
    assert baseline_recipe(load_recipe("bbc-news", {"model.encoder": encoder})).model.encoder == f"bow:{encoder}"


@pytest.mark.parametrize("encoder", ["bow", "bilstm", "bow:bert-base-chinese"])
def test_a_baseline_of_a_baseline(encoder):
    with pytest.raises(RecipeError, match=f"encoder {encoder} is a baseline itself(.|\n)*model.encoder"):
        baseline_recipe(load_recipe("bbc-news", {"model.encoder": encoder}))


def test_a_folder_of_a_baseline_is_one(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bilstm"}')
    with pytest.raises(RecipeError, match="is a baseline itself"):
        baseline_recipe(load_recipe("bbc-news", {"model.encoder": str(tmp_path)}))


def test_words_have_no_baseline():
    with pytest.raises(RecipeError, match="the task tag reads words(.|\n)*bilstm"):
        baseline_recipe(load_recipe("ner-wnut"))
