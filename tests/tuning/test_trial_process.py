import json

import pytest

from bert_tf.errors import DataError, OutOfMemoryError, RunError, TrainingError
from bert_tf.tuning.job import Job, read_outcome, write_outcome
from bert_tf.tuning.process import raised
from bert_tf.tuning.trial_process import outcome_of

JOB = Job(recipe="", folder="f", cache_folder="c")


def test_memory_that_runs_out_is_the_trials_own():
    outcome = outcome_of(JOB, OutOfMemoryError("Out of memory during training.", kind="machine"))
    assert (outcome.status, outcome.error) == ("failed", None)
    assert outcome.reason == "out of memory: Out of memory during training."


@pytest.mark.parametrize(
    "error",
    [
        TrainingError("The disk is full.", hint="make room", kind="machine"),
        DataError("Two rows are bad:", where="a.csv", problems=["a.csv:1: no label", "a.csv:2: no text"]),
        RunError("A run can't be created here.", where="runs", kind="machine"),
    ],
)
def test_what_is_wrong_for_all_trials_comes_back_as_it_was(error, tmp_path):
    write_outcome(tmp_path, outcome_of(JOB, error))
    again = raised(read_outcome(tmp_path).error)
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert (again.kind, again.where, again.hint) == (error.kind, error.where, error.hint)
    assert getattr(again, "problems", ()) == getattr(error, "problems", ())


@pytest.mark.parametrize("content", [None, "", "[]", '{"status": "finished"}', '{"job": [], "wrong": 1}'])
def test_what_is_not_whole_is_not_there(tmp_path, content):
    if content is not None:
        (tmp_path / "trial.json").write_text(content)
    assert read_outcome(tmp_path) is None


def test_an_identity_survives_the_file(tmp_path):
    write_outcome(tmp_path, outcome_of(JOB, OutOfMemoryError("Memory ran out.")))
    assert read_outcome(tmp_path).job == JOB.identity
    assert json.loads((tmp_path / "trial.json").read_text())["status"] == "failed"
