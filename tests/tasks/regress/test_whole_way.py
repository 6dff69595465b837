"""A run of numbers the whole way: trained, reported, compared, exported, verified, served, asked, explained, tuned."""

import json
import shutil

import grpc
import httpx
import numpy as np
import pyarrow.parquet as pq
import pytest
import tensorflow as tf
from tensorflow.python.summary.summary_iterator import summary_iterator
from tensorflow_serving.apis import prediction_log_pb2, prediction_service_pb2_grpc, regression_pb2

from benchmarks.serving.process import running_server
from bert_tf import api
from bert_tf.export.golden import read_golden

TEXTS = ["I love self-driving cars", "never in my life"]


@pytest.fixture(scope="module")
def predicted(trained_numbers):
    """What the run answers to the texts."""
    return [answer["value"] for answer in api.Run(trained_numbers.run).predict(TEXTS)]


def test_a_run_keeps_mean_and_deviation_and_its_answers(trained_numbers):
    facts = json.loads((trained_numbers.run / "run.json").read_text())
    train = facts["data"]["label_statistics"]["train"]
    assert (facts["mean"], facts["std"]) == pytest.approx((train["mean"], train["standard deviation"]), rel=1e-5)
    table = pq.read_table(trained_numbers.run / "predictions" / "test.parquet").to_pandas()
    np.testing.assert_allclose(table["error"], table["predicted"] - table["label"], atol=1e-6)
    metrics = json.loads((trained_numbers.run / "metrics.json").read_text())
    assert metrics["test"]["mae"] == pytest.approx(table["error"].abs().mean(), rel=1e-5)
    assert {"loss", "mae", "val_mae", "val_rmse", "val_spearman"} <= metrics["epochs"][0].keys()


def test_the_report_has_baseline_figures_and_words(trained_numbers):
    page = (trained_numbers.run / "report.html").read_text()
    for part in ("the mean of the training labels, would have", "Predicted against expected", "Largest errors"):
        assert part in page
    assert "speak for a larger number" in page
    assert "verdict  Test mean absolute error is" in trained_numbers.output


def test_tensorboard_has_the_pictures(trained_numbers):
    files = (trained_numbers.run / "tensorboard" / "validation").glob("events*")
    tags = {value.tag for file in files for event in summary_iterator(str(file)) for value in event.summary.value}
    assert {"predicted_against_expected", "errors", "worst_mistakes", "epoch_mae", "epoch_spearman"} <= tags


def test_evaluate_measures_the_same(invoke, trained_numbers, tmp_path):
    run = shutil.copytree(trained_numbers.run, tmp_path / "run", ignore=shutil.ignore_patterns("export"))
    before = json.loads((run / "metrics.json").read_text())["test"]
    done = invoke("evaluate", str(run), "--fail-under", "test.mae=0.00001")
    assert done.returncode == 9, done.stderr
    assert json.loads((run / "metrics.json").read_text())["test"]["mae"] == pytest.approx(before["mae"], rel=1e-4)
    assert "always" in done.stdout


def test_compare_says_which_is_nearer(invoke, trained_numbers, tmp_path):
    other = shutil.copytree(trained_numbers.run, tmp_path / "other", ignore=shutil.ignore_patterns("export"))
    done = invoke("compare", str(trained_numbers.run), str(other), "--html", "compare.html")
    assert done.returncode == 0, done.stderr
    assert "equally near to the label on every row" in done.stdout
    assert "mean absolute error" in (tmp_path / "compare.html").read_text()


def test_runs_are_sorted_the_smallest_error_first(invoke, trained_numbers):
    done = invoke("runs", "--runs", str(trained_numbers.run.parents[1]), "--sort", "test.mae", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["path"].endswith(trained_numbers.run.name)


def test_the_export_has_regress_and_says_what_it_is(trained_numbers):
    handoff = trained_numbers.model.parent / "handoff" / "1"
    manifest = json.loads((handoff / "manifest.json").read_text())
    assert manifest["signatures"]["regress"] == {
        "inputs": {"inputs": "string[None]"},
        "outputs": {"outputs": "float32[None]"},
    }
    assert manifest["signatures"]["from_ids"]["outputs"] == {"value": "float32[None]"}
    assert manifest["signatures"]["serving_default"]["outputs"]["value"] == "float32[None]"
    assert manifest["training_labels"]["std"] > 0
    card = (handoff / "MODEL_CARD.md").read_text()
    assert "A text regressor" in card
    assert "mean absolute error of always answering the mean" in card
    saved = tf.saved_model.load(str(trained_numbers.model)).signatures["regress"]
    assert saved.structured_outputs["outputs"].dtype == tf.float32


def test_warm_up_asks_regress(trained_numbers):
    path = trained_numbers.model / "assets.extra" / "tf_serving_warmup_requests"
    logs = [
        prediction_log_pb2.PredictionLog.FromString(record.numpy()) for record in tf.data.TFRecordDataset(str(path))
    ]
    asked = [log.regress_log.request for log in logs if log.WhichOneof("log_type") == "regress_log"]
    assert asked
    assert {request.model_spec.signature_name for request in asked} == {"regress"}


def test_golden_requests_ask_regress_and_a_server_answers_them(invoke, trained_numbers, predicted):
    golden = trained_numbers.model.parent / "handoff" / "1" / "golden"
    assert any(line["request"]["path"].endswith(":regress") for line in read_golden(golden / "rest.jsonl"))
    name = trained_numbers.model.parent.name
    with running_server(trained_numbers.model.parent) as server:
        done = invoke("verify", str(trained_numbers.model), "--rest", server.rest, "--grpc", server.grpc)
        assert done.returncode == 0, done.stdout + done.stderr
        body = {"signature_name": "regress", "examples": [{"text": text} for text in TEXTS]}
        answer = httpx.post(f"{server.rest}/v1/models/{name}:regress", json=body, timeout=60).json()
        assert answer["results"] == pytest.approx(predicted, abs=1e-5)
        request = regression_pb2.RegressionRequest(model_spec={"name": name, "signature_name": "regress"})
        for text in TEXTS:
            example = request.input.example_list.examples.add()
            example.features.feature["text"].bytes_list.value.append(text.encode())
        with grpc.insecure_channel(server.grpc) as channel:
            found = prediction_service_pb2_grpc.PredictionServiceStub(channel).Regress(request, timeout=60)
    assert [each.value for each in found.result.regressions] == pytest.approx(predicted, abs=1e-5)
