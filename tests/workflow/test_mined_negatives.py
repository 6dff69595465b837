"""Runs of the task of vectors that mine hard negatives, and one of labelled texts."""

import json
import types

import numpy as np
import pytest
from safetensors.numpy import load_file

from bert_tf.errors import TrainingError
from bert_tf.evaluation.hard_negatives import Mining
from bert_tf.evaluation.predictions import read_predictions
from bert_tf.tasks.embed.columns import EmbedColumns
from bert_tf.tasks.embed.stored_texts import first_texts
from bert_tf.tasks.recipes import make_recipe
from bert_tf.training.checkpoints import list_checkpoints
from bert_tf.training.resume_points import load_batches, newest_point
from bert_tf.workflow.mined_negatives import NegativeMiner
from bert_tf.workflow.report import report_run
from bert_tf.workflow.train import train_recipe
from bert_tf.workflow.training_scope import TrainingScope

WORDS = ("moon", "tiger", "bread", "river", "guitar", "winter")
ROWS = [f"where is the {word} {number},the {word} is at {number}" for word in WORDS for number in range(4)]
LABELLED = [f"where is the {word} {number},{word}" for word in WORDS for number in range(4)]


@pytest.fixture(scope="module")
def train(cache, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mined")

    def train_rows(name, *, rows=ROWS, embed=None, epochs=5, validation=0.25, **scope):
        path = folder / ("pairs.csv" if rows is ROWS else "labels.csv")
        path.write_text("\n".join(["text,right", *rows, ""]))
        tables = {
            "data": {"source": "files", "train": str(path), "label": "right", "validation": validation},
            "text": {"max_tokens": 16},
            "model": {"encoder": "bow"},
            "training": {"epochs": epochs, "batch_size": 6, "learning_rate": 1e-3},
            "embed": {"mine_every": 2, "mine_margin": -2.0} if embed is None else embed,
        }
        recipe = make_recipe({"name": "mined", "task": "embed", **tables})
        scope = TrainingScope(run_folder=folder / name, summarize=False, **scope)
        return train_recipe(recipe, runs_folder=folder, cache_folder=cache, scope=scope)

    return train_rows


@pytest.fixture(scope="module")
def runs(train):
    """Five epochs at once, the first three only, and the last two after that."""
    lower = train("lower", until_epoch=3, measure_test=False)
    return {"lower": lower, "upper": train("upper", until_epoch=5, resume_from=lower), "whole": train("whole")}


def test_rows_get_a_wrong_text_between_two_epochs(runs):
    # Every row has one, as the margin passes none over.
    assert runs["whole"].facts["mined_negatives"] == {"2": 18, "4": 18}
    assert runs["lower"].facts["mined_negatives"] == {"2": 18}


def test_a_run_that_goes_on_from_a_point_is_the_run_without_a_break(runs):
    """What was mined behind the second epoch is in the point behind the third, for the fourth."""
    kept = load_batches(newest_point(runs["lower"].checkpoints))["mined"]
    assert (kept.shape, kept.dtype) == ((18,), np.int32)
    assert runs["upper"].facts["mined_negatives"] == {"4": 18}
    assert runs["upper"].metrics == runs["whole"].metrics
    found, wanted = (
        load_file(list_checkpoints(runs[name].checkpoints)[-1].folder / "model.safetensors")
        for name in ("upper", "whole")
    )
    assert {name: value.tobytes() for name, value in found.items()} == {
        name: value.tobytes() for name, value in wanted.items()
    }


def test_what_is_mined_is_trained_on(train, runs):
    plain = train("plain", embed={}, until_epoch=3, measure_test=False)
    assert "mined_negatives" not in plain.facts
    before, after = (run.metrics["epochs"] for run in (plain, runs["lower"]))
    assert before[:2] == after[:2]
    # One more wrong text in front of each row, and the hardest.
    assert after[2]["loss"] > 1.1 * before[2]["loss"]


def test_what_is_mined_of_other_rows_is_refused():
    rows = types.SimpleNamespace(tokens={"train": range(3)})
    miner = NegativeMiner(Mining(1, 0.0), rows, seed=0, batch_tokens=64)
    with pytest.raises(TrainingError, match="of other rows"):
        miner.of_point({"mined": np.zeros(4, np.int32)})
    miner.of_point({"mined": np.array([-1, 0, 2], np.int32)})
    assert (miner.found, miner.told(2)) == (2, "Hard negatives after epoch 2: 2 of 3 training rows have one.")


@pytest.fixture(scope="module")
def labelled(train):
    return train("labelled", rows=LABELLED, embed={"positive": "same label", "mine_every": 2}, epochs=3, validation=0.5)


def test_labelled_texts_are_trained_as_pairs(labelled):
    assert json.loads((labelled.path / "run.json").read_text())["by_label"] is True
    assert labelled.metrics["epochs"][-1]["loss"] < labelled.metrics["epochs"][0]["loss"]
    found = labelled.metrics["validation"]
    # Twelve rows, two of each label: another one is the right one of eleven.
    assert found["baseline"] == {"texts": 12, "recall_at_1": pytest.approx(1 / 11)}
    answers = read_predictions(labelled.predictions("validation"), EmbedColumns()).answers
    right, wrong = first_texts(answers.expected), first_texts(answers.outputs["wrong"])
    assert sorted(right) == sorted(2 * WORDS)
    assert not any(label in text for label, text in zip(right, wrong, strict=True))
    assert (answers.outputs["among"] == 11).all()
    assert np.ptp(answers.outputs["map"], axis=0).all()
    assert set(labelled.facts["mined_negatives"]) == {"2"}


def test_the_report_tells_of_labels(labelled):
    report_run(labelled)
    page = (labelled.path / "report.html").read_text()
    assert "The matching text is the nearest one with the row's label" in page
    assert "coloured by label" in page
    assert "guitar: 2 texts around" in page
