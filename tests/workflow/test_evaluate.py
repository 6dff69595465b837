"""A real run whose scores or whose best checkpoint are damaged."""

import pathlib
import shutil

import pytest

from bert_tf.runs.run import open_run
from bert_tf.training.checkpoints import list_checkpoints
from bert_tf.workflow.assemble import chosen_checkpoint
from bert_tf.workflow.evaluate import evaluate_run


@pytest.fixture
def run(trained, tmp_path):
    """A copy of the real run that may be damaged."""
    return open_run(
        pathlib.Path(shutil.copytree(trained.run, tmp_path / "run", ignore=shutil.ignore_patterns("export")))
    )


def test_damaged_scores_are_made_anew(run, cache, caplog):
    before = run.metrics
    (run.path / "metrics.json").write_text("[" * 900)
    evaluate_run(run, cache_folder=cache)
    assert "It will be recomputed" in caplog.text
    for split in ("validation", "test"):
        assert run.metrics[split]["accuracy"] == before[split]["accuracy"]
    assert [set(epoch) >= {"loss", "val_loss"} for epoch in run.metrics["epochs"]] == [True, True]
    assert run.metrics["checkpoint"] == before["checkpoint"]


def test_scores_say_which_checkpoint_they_are_of(run):
    chosen = chosen_checkpoint(run)
    assert run.metrics["checkpoint"] == {"epoch": chosen.epoch, "sha256": chosen.sha256}
    assert chosen in list_checkpoints(run.checkpoints)
