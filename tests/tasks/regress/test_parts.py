"""What the run of a task of numbers leaves beside what conformance looks at of every task."""

import numpy as np
import pyarrow.parquet as pq
import pytest
import tensorflow as tf
from tensorflow.python.summary.summary_iterator import summary_iterator
from tensorflow_serving.apis import prediction_log_pb2

from bert_tf.export.folders import handoff_folder, read_manifest


@pytest.fixture(scope="module")
def finished(finished_run):
    return finished_run("regress")


def test_a_run_keeps_mean_and_deviation_and_its_answers(finished):
    run = finished.run
    train = run.facts["data"]["label_statistics"]["train"]
    assert (run.facts["mean"], run.facts["std"]) == pytest.approx(
        (train["mean"], train["standard deviation"]), rel=1e-5
    )
    table = pq.read_table(run.predictions("test")).to_pandas()
    np.testing.assert_allclose(table["error"], table["predicted"] - table["label"], atol=1e-6)
    assert run.metrics["test"]["mae"] == pytest.approx(table["error"].abs().mean(), rel=1e-5)
    assert {"loss", "mae", "val_mae", "val_rmse", "val_spearman"} <= run.metrics["epochs"][0].keys()


def test_the_report_has_baseline_figures_and_words(finished):
    page = (finished.run.path / "report.html").read_text()
    for part in ("the mean of the training labels, would have", "Predicted against expected", "Largest errors"):
        assert part in page
    assert "support a larger number" in page


def test_tensorboard_has_the_pictures(finished):
    files = (finished.run.path / "tensorboard" / "validation").glob("events*")
    tags = {value.tag for file in files for event in summary_iterator(str(file)) for value in event.summary.value}
    assert {"predicted_against_expected", "errors", "worst_mistakes", "epoch_mae", "epoch_spearman"} <= tags


def test_the_export_has_regress_and_says_what_it_is(finished):
    manifest = read_manifest(finished.model)
    assert manifest["signatures"]["regress"] == {
        "inputs": {"inputs": "string[None]"},
        "outputs": {"outputs": "float32[None]"},
    }
    assert manifest["signatures"]["from_ids"]["outputs"] == {"value": "float32[None]"}
    assert manifest["signatures"]["serving_default"]["outputs"]["value"] == "float32[None]"
    assert manifest["training_labels"]["std"] > 0
    card = (handoff_folder(finished.model) / "MODEL_CARD.md").read_text()
    assert "A text regressor" in card
    assert "mean absolute error of always answering the mean" in card


def test_warm_up_asks_regress(finished):
    path = finished.model / "assets.extra" / "tf_serving_warmup_requests"
    logs = [
        prediction_log_pb2.PredictionLog.FromString(record.numpy()) for record in tf.data.TFRecordDataset(str(path))
    ]
    asked = [log.regress_log.request for log in logs if log.WhichOneof("log_type") == "regress_log"]
    assert asked
    assert {request.model_spec.signature_name for request in asked} == {"regress"}
