"""Settings of training reach the run; what can't be had is refused before it starts."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import load_file

import bert_tf
from bert_tf.errors import ModelError
from bert_tf.runs.list_runs import list_runs

SHORT = {
    "data.train": "all[:70]", "data.validation": None, "data.test": None, "text.max_tokens": 16, "training.epochs": 1,
    "training.batch_size": 8, "training.early_stopping": 0,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _cache(cache, monkeypatch):
    monkeypatch.setenv("BERT_TF_CACHE", str(cache))


def test_slices_checkpointing_and_float16_together(one_layer, tmp_path):
    overrides = {"training.micro_batch_size": 3, "training.gradient_checkpointing": True}
    overrides |= {"training.precision": "float16", "model.encoder": str(one_layer)}
    run = bert_tf.train("bbc-news", {**SHORT, **overrides}, runs_folder=tmp_path, export=False)
    assert json.loads((run.path / "run.json").read_text())["compute"].startswith("fused kernels, matmuls in float16; ")
    events = next((run.path / "tensorboard" / "train").iterdir()).read_bytes()
    assert b"loss_scale" in events
    weights = load_file(run.path / "checkpoints" / "epoch-001" / "model.safetensors")
    calls = next(value for name, value in weights.items() if "dropout_step" in name)
    # Eight batches of 8 rows in three slices each, and one of 6 rows in two.
    assert calls == 8 * 3 + 2


@pytest.fixture
def odd_encoder(minilm, tmp_path):
    """MiniLM with an activation that has no fused kernels."""
    folder = tmp_path / "encoder"
    folder.mkdir()
    for path in minilm.iterdir():
        (folder / path.name).symlink_to(path)
    config = json.loads((minilm / "config.json").read_text())
    (folder / "config.json").unlink()
    (folder / "config.json").write_text(json.dumps({**config, "hidden_act": "gelu_new"}))
    return str(folder)


@pytest.mark.parametrize(
    "asked, told",
    [
        ({"training.gradient_checkpointing": True}, "needs the fused kernels(.|\n)*gelu_new"),
        ({"training.precision": "float16"}, "float16 on a GPU only"),
    ],
)
def test_what_needs_the_fused_kernels(odd_encoder, tmp_path, asked, told):
    with pytest.raises(ModelError, match=told):
        bert_tf.train(
            "bbc-news", {**SHORT, "model.encoder": odd_encoder, **asked}, runs_folder=tmp_path / "runs", export=False
        )
    assert not (tmp_path / "runs").exists()


def test_given_splits_that_leak_are_scored_with_and_without_the_leaked_rows(one_layer, tmp_path):
    overrides = {**SHORT, "model.encoder": str(one_layer), "data.test": "all[60:100]"}
    run = bert_tf.train("bbc-news", overrides, runs_folder=tmp_path, export=False)
    facts = json.loads((run.path / "run.json").read_text())
    # Rows 60 to 69 are in both slices, and articles come again besides.
    leaked = facts["data"]["leakage"]["test"]
    assert 10 <= leaked < 40
    predictions = pq.read_table(run.path / "predictions" / "test.parquet")
    in_train = predictions["in_train"].to_numpy()
    assert in_train[:10].all()
    assert in_train.sum() == leaked
    right = np.array(predictions["logits"].to_pylist()).argmax(-1) == predictions["label_id"].to_numpy()
    assert run.metrics["test"]["accuracy"] == pytest.approx(right.mean())
    assert run.metrics["test"]["without_leaked"]["examples"] == 40 - leaked
    assert run.metrics["test"]["without_leaked"]["accuracy"] == pytest.approx(right[~in_train].mean())
    page = run.report(seconds=0).read_text()
    assert f"{leaked} of 40 test texts also appear in the training set" in page
    assert "Accuracy without leaked texts" in page
    found = list_runs(tmp_path, sort="test.without_leaked.accuracy")[0]
    assert found.values["test.without_leaked.examples"] == 40 - leaked
