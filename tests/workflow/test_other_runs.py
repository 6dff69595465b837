"""A run against its baseline and against the one that its recipe names, from the files of a real run."""

import shutil

import pytest

from bert_tf.evaluation.predictions import read_predictions
from bert_tf.report.measured import measured
from bert_tf.runs.run import open_run
from bert_tf.tasks.table import TASKS
from bert_tf.workflow.other_runs import named_reference, own_baseline

TASK = TASKS["classify"]


@pytest.fixture
def run(trained, tmp_path):
    """A copy of the real run, beside another one that may be its baseline."""
    for name in ("a", "b"):
        shutil.copytree(trained.run, tmp_path / name, ignore=shutil.ignore_patterns("export", "checkpoints"))
    return open_run(tmp_path / "a")


def found_in(run, split="test"):
    rows = read_predictions(run.predictions(split), TASK.columns())
    return measured({split: rows}, TASK.metrics(), max_tokens=32)


def test_neither(run):
    assert own_baseline(run, found_in(run), TASK) is None
    assert named_reference(None, found_in(run), TASK) is None
    run.add_facts(baseline="b")
    assert own_baseline(run, None, TASK) is None
    assert named_reference("b", None, TASK) is None


def test_a_baseline_is_beside_the_run(run):
    run.add_facts(baseline="b")
    found = found_in(run)
    baseline = own_baseline(run, found, TASK)
    assert baseline.run == str(run.path.parent / "b")
    assert (baseline.called, baseline.encoder, baseline.problem) == (
        "the baseline",
        run.recipe_values["model"]["encoder"],
        "",
    )
    # The same answers.
    assert baseline.scores == found.scores
    assert (baseline.paired.difference, baseline.paired.only_first, baseline.paired.only_second) == (0, 0, 0)


def test_one_that_is_gone_or_measured_on_other_rows(run):
    run.add_facts(baseline="c")
    assert "There is no run" in own_baseline(run, found_in(run), TASK).problem
    other = run.path.parent / "b"
    shutil.copy(open_run(other).predictions("validation"), open_run(other).predictions("test"))
    assert "can't be read" in named_reference(str(other), found_in(run), TASK).problem
    reference = named_reference(str(other), found_in(open_run(other), "validation"), TASK)
    assert (reference.called, reference.problem) == ("the reference", "")
