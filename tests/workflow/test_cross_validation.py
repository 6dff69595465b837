"""Few labels, measured by cross-validation: which rows a model has seen, resuming, and what is left."""

import logging

import numpy as np
import pytest
from rich.console import Console
from safetensors.numpy import load_file
from sklearn.metrics import accuracy_score

from bert_tf.errors import DataError
from bert_tf.evaluation.predictions import read_predictions
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tasks.table import task_of
from bert_tf.training.checkpoints import list_checkpoints
from bert_tf.workflow.cross_validation import CrossValidation
from bert_tf.workflow.evaluate import evaluate_run
from bert_tf.workflow.report import report_run
from bert_tf.workflow.train import train_recipe
from bert_tf.workflow.training_scope import TrainingScope

FOLDS = 3
# The reference kernels have nothing to compile anew for each fold.
RECIPE = {
    "model.kernels": "reference",
    "data.train": "all[:200]", "data.test": None, "text.max_tokens": 16, "training.epochs": 1,
    "training.batch_size": 8, "few_shot.per_label": 3, "few_shot.steps": 2, "few_shot.batch_size": 8,
    "few_shot.learning_rate": 1e-3, "few_shot.folds": FOLDS,
}  # fmt: skip


@pytest.fixture(scope="module")
def recipe(tiny_encoder):
    return lambda changes=None: load_recipe(
        "few-shot-topics", {**RECIPE, "model.encoder": str(tiny_encoder), **(changes or {})}
    )


@pytest.fixture(scope="module")
def train(recipe, cache, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")

    def of(name, changes=None, *, console=None, interrupted=None):
        scope = TrainingScope(
            run_folder=None if interrupted else folder / name, summarize=False, interrupted=interrupted
        )
        return train_recipe(recipe(changes), runs_folder=folder, cache_folder=cache, scope=scope, console=console)

    return of


@pytest.fixture(scope="module")
def seen():
    """Texts of each fold that was trained, by split."""
    return []


@pytest.fixture(scope="module")
def whole(train, seen, tmp_path_factory):
    outputs = CrossValidation._outputs

    def noted(self, part):
        seen.append({name: rows.texts(0, len(rows)) for name, rows in part.examples.items()})
        return outputs(self, part)

    with (
        (tmp_path_factory.mktemp("output") / "output.txt").open("w+") as file,
        pytest.MonkeyPatch.context() as patched,
    ):
        patched.setattr(CrossValidation, "_outputs", noted)
        run = train("whole", console=Console(file=file, width=500))
        file.seek(0)
        return run, file.read()


def answers(run):
    path = run.predictions("cross-validation")
    return read_predictions(path, task_of(load_recipe("few-shot-topics")).columns())


def weights(run):
    found = load_file(list_checkpoints(run.checkpoints)[-1].folder / "model.safetensors")
    return {name: value.tobytes() for name, value in found.items()}


def test_every_training_row_has_an_answer_and_all_together_are_the_score(whole):
    run, output = whole
    rows, metrics = answers(run), run.metrics["cross-validation"]
    assert len(rows) == metrics["examples"] == 5 * 3
    predicted = rows.answers.outputs["logits"].argmax(1)
    assert metrics["accuracy"] == pytest.approx(accuracy_score(rows.answers.expected, predicted))
    assert not rows.in_train.any()
    assert metrics["truncated_share"] == 1
    facts = run.facts["cross_validation"]
    assert facts["folds"] == FOLDS
    assert facts["seconds"] > 0
    low, high = facts["intervals"]["accuracy"]
    assert low <= metrics["accuracy"] <= high
    assert not (run.path / "folds").exists()
    assert "Fold 3 of 3: training without 5 of 15 texts." in output
    # Wilson 1927, as in test_few_labels.py.
    assert "Cross-validation in 3 folds measures 15 texts: an accuracy of 0.9000" in output
    assert "cross-validation: accuracy" in output
    assert f"95% interval of accuracy in cross-validation: {low:.4f} to {high:.4f}" in output


def test_no_model_has_seen_the_texts_that_it_answers(whole, seen):
    rows = answers(whole[0])
    everything = sorted(rows.text(index).encode() for index in range(len(rows)))
    assert len(seen) == FOLDS
    for texts in seen:
        assert sorted(texts["train"] + texts["validation"]) == everything
        assert not set(texts["train"]) & set(texts["validation"])
    assert sorted(text for texts in seen for text in texts["validation"]) == everything


def right(validation, part):
    """Answers of a model that is always right, in the place of `CrossValidation._outputs`."""
    del validation
    is_label = np.arange(5) == part.examples["validation"].targets[:, np.newaxis]
    return {"logits": np.where(is_label, np.float32(9), np.float32(-9))}


@pytest.fixture(scope="module")
def tested(train):
    """A run with test rows, whose folds are answered by a model that is always right."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(CrossValidation, "_outputs", right)
        return train("tested", {"data.test": 0.2, "few_shot.steps": 0})


def test_an_answer_is_of_the_row_that_it_stands_beside(tested):
    assert tested.metrics["cross-validation"]["accuracy"] == 1


def test_the_model_is_the_one_without_cross_validation(train, whole):
    assert weights(train("without", {"few_shot.folds": None})) == weights(whole[0])


def test_a_run_that_is_interrupted_keeps_the_folds_that_are_done(train, whole, monkeypatch, caplog):
    outputs, begun = CrossValidation._outputs, []

    def stopped(self, part):
        begun.append(part)
        if len(begun) == 3:
            raise KeyboardInterrupt
        return outputs(self, part)

    monkeypatch.setattr(CrossValidation, "_outputs", stopped)
    with pytest.raises(Exception, match="Training was stopped"):
        train("stopped")
    run = type(whole[0])(whole[0].path.parent / "stopped")
    assert sorted(path.name for path in (run.path / "folds").iterdir()) == ["fold-1.parquet", "fold-2.parquet"]
    damaged = run.path / "folds" / "fold-2.parquet"
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        train("stopped", interrupted=run)
    # The second, which is damaged, and the third.
    assert len(begun) == 3 + 2
    assert "They will be computed again" in caplog.text
    assert run.predictions("cross-validation").read_bytes() == whole[0].predictions("cross-validation").read_bytes()
    assert run.metrics["cross-validation"] == whole[0].metrics["cross-validation"]
    assert weights(run) == weights(whole[0])


def test_evaluation_keeps_what_no_model_can_answer_again(whole, cache):
    run, _ = whole
    before = run.metrics
    (run.path / "metrics.json").unlink()
    evaluate_run(run, cache_folder=cache)
    assert run.metrics["cross-validation"] == before["cross-validation"]


def test_the_report_shows_it_where_there_are_no_other_rows(whole):
    page = report_run(whole[0]).read_text()
    assert (
        "Measured by cross-validation: each text was answered by a model that was trained on the other folds." in page
    )
    assert "Confusion matrix of the cross-validation rows" in page
    assert "more labelled texts would narrow it" in page
    assert "The words that mattered are not shown" in page


def test_beside_test_rows_the_report_tells_it(tested):
    page = report_run(tested, seconds=0).read_text()
    # Wilson 1927 of 15 of 15: 15 / (15 + 1.96²).
    told = (
        "Cross-validation of the 15 training texts in 3 folds gave accuracy 1.0000, with a 95% interval from 0.7961 to"
    )
    assert told in page
    assert "Confusion matrix of the test rows" in page


def test_rows_of_several_labels(tiny_encoder, cache, tmp_path):
    rows = [f"row {number} of {number % 3},{['ab', 'b', ''][number % 3]}" for number in range(30)]
    (tmp_path / "rows.csv").write_text("\n".join(["text,label", *rows]))
    values = {
        "task": "multilabel", "model.encoder": str(tiny_encoder), "data.source": "files", "classify": None,
        "data.train": str(tmp_path / "rows.csv"), "data.test": None, "text.max_tokens": 16, "few_shot.steps": 1,
        "few_shot.folds": 2, "model.kernels": "reference",
    }  # fmt: skip
    recipe = load_recipe("few-shot-topics", values)
    run = train_recipe(recipe, runs_folder=tmp_path, cache_folder=cache, scope=TrainingScope(summarize=False))
    assert run.metrics["cross-validation"]["examples"] == 8 * 3


def test_more_folds_than_texts_of_a_label_are_told_before_there_is_a_run(train, recipe, tmp_path, cache):
    with pytest.raises(DataError, match=r"5 labels of train have fewer than 4 different texts(.|\n)*few_shot\.folds"):
        train_recipe(recipe({"few_shot.folds": 4}), runs_folder=tmp_path, cache_folder=cache)
    assert not list(tmp_path.iterdir())


def test_long_texts_are_answered_in_windows(train):
    windows = {"text.long_texts": "windows", "text.window_overlap": 4, "text.max_windows": 2}
    run = train("windows", {**windows, "few_shot.folds": 2, "few_shot.steps": 0})
    # Articles are longer than two windows.
    assert run.metrics["cross-validation"]["truncated_share"] == 1
