import json
import pathlib
import shutil

import numpy as np
import pytest

from bert_tf.errors import RunError
from bert_tf.evaluation.compute_outputs import Predictor
from bert_tf.runs.run import open_run
from bert_tf.training.precision import matmuls_in
from bert_tf.workflow.opened_run import OpenedRun, answered
from bert_tf.workflow.predict import input_rows
from bert_tf.workflow.text_outputs import WindowRows, text_outputs


@pytest.fixture(scope="module")
def opened(trained, cache):
    return OpenedRun(open_run(trained.run), cache_folder=cache)


def test_all_graphs_are_of_the_same_weights(opened):
    rows = input_rows(opened.tokenizer, [b"Arsenal scored.", b"Shares fell."], None, max_tokens=32)
    batches = [row.inputs for row in rows]
    plain, served = (Predictor(graph.outputs)(batches, np.arange(2)) for graph in (opened.plain, opened.served))
    with matmuls_in(opened.compute.graph_precision):
        measured = Predictor(opened.measured.outputs)(batches, np.arange(2))
    np.testing.assert_allclose(plain["logits"], served["logits"], atol=1e-4)
    np.testing.assert_allclose(plain["logits"], measured["logits"], atol=0.2)
    assert np.abs(plain["logits"]).max() > 0.1


def test_weights_are_loaded_once(trained, cache, tmp_path):
    run = open_run(pathlib.Path(shutil.copytree(trained.run, tmp_path / "run")))
    opened = OpenedRun(run, cache_folder=cache)
    assert opened.model is opened.model
    shutil.rmtree(run.checkpoints)
    assert opened.plain.variables == opened.model.weights
    assert opened.measured is opened.measured
    with pytest.raises(RunError, match="no checkpoint"):
        OpenedRun(run, cache_folder=cache).plain  # noqa: B018


def test_a_damaged_run_is_told_when_it_is_opened(trained, cache, tmp_path):
    run = open_run(pathlib.Path(shutil.copytree(trained.run, tmp_path / "run")))
    facts = json.loads((run.path / "run.json").read_text())
    (run.path / "run.json").write_text(json.dumps({**facts, "pooling": "mean"}))
    with pytest.raises(RunError, match=r"run\.json can't be read"):
        OpenedRun(run, cache_folder=cache)


def test_windows_of_a_text_are_merged_by_their_tokens(opened):
    # Probabilities of the first label 0.9 and 0.3 of windows of 3 and 1 tokens: 0.75.
    shares = np.array([[0.9, 0.025, 0.025, 0.025, 0.025], [0.3, 0.7, 1e-9, 1e-9, 1e-9]], np.float32)
    outputs = {"logits": np.log(shares)}
    merged = text_outputs(opened.network, outputs, WindowRows(np.array([3, 1]), np.array([0, 0]), 1, None))
    found = answered(opened.network, merged)
    assert found["probabilities"][0, 0] == pytest.approx(0.75, abs=1e-5)
    assert found["label"][0].decode() == opened.serving.targets[0]
    alone = answered(opened.network, outputs)
    np.testing.assert_allclose(alone["probabilities"][:, 0], [0.9, 0.3], atol=1e-5)
