import json

import pytest

from bert_tf.errors import DataError, OutOfMemoryError
from bert_tf.told_errors import told
from bert_tf.tuning.job import Job, read_outcome, write_outcome
from bert_tf.tuning.trial_process import outcome_of

JOB = Job(recipe="", folder="f", cache_folder="c")


def test_memory_that_runs_out_is_the_trials_own():
    outcome = outcome_of(JOB, OutOfMemoryError("Out of memory during training.", kind="machine"))
    assert (outcome.status, outcome.error) == ("failed", None)
    assert outcome.reason == "out of memory: Out of memory during training."


def test_what_is_wrong_for_all_trials_is_kept_for_the_search(tmp_path):
    write_outcome(tmp_path, outcome_of(JOB, DataError("A row is bad:", problems=["a.csv:1: no label"])))
    assert read_outcome(tmp_path).error == told(DataError("A row is bad:", problems=["a.csv:1: no label"]))


@pytest.mark.parametrize("content", [None, "", "[]", '{"status": "finished"}', '{"job": [], "wrong": 1}'])
def test_what_is_not_whole_is_not_there(tmp_path, content):
    if content is not None:
        (tmp_path / "trial.json").write_text(content)
    assert read_outcome(tmp_path) is None


def test_an_identity_survives_the_file(tmp_path):
    write_outcome(tmp_path, outcome_of(JOB, OutOfMemoryError("Memory ran out.")))
    assert read_outcome(tmp_path).job == JOB.identity
    assert json.loads((tmp_path / "trial.json").read_text())["status"] == "failed"
