"""What the run of a task of sets of labels leaves beside what conformance looks at of every task."""

import json

import numpy as np
import pandas as pd
import pytest

from bert_tf.errors import VerifyError
from bert_tf.export.folders import handoff_folder, read_manifest
from bert_tf.runs.run import RunFolder
from bert_tf.tasks.multilabel.decision_thresholds import best_thresholds
from bert_tf.tasks.multilabel.parts import MULTILABEL


@pytest.fixture(scope="module")
def finished(finished_run):
    return finished_run("multilabel")


def test_thresholds_are_the_best_of_the_validation_rows_and_one_in_all_that_a_run_leaves(finished):
    run = finished.run
    rows = pd.read_parquet(run.predictions("validation"))
    expected = np.array(rows["expected"].tolist())
    probabilities = 1 / (1 + np.exp(-np.array(rows["logits"].tolist(), np.float64)))
    thresholds = run.facts["thresholds"]
    assert thresholds == pytest.approx(best_thresholds(expected, probabilities))
    for split in ("validation", "test"):
        by_label = run.metrics[split]["per_class"]
        assert [figures["threshold"] for figures in by_label.values()] == pytest.approx(thresholds)
    assert read_manifest(finished.model)["thresholds"] == pytest.approx(thresholds)


def test_golden_requests_have_decisions_that_are_clear(finished):
    golden = handoff_folder(finished.model) / "golden" / "requests.jsonl"
    answers = [json.loads(line)["answer"] for line in golden.read_text().split("\n") if line]
    thresholds = np.array(read_manifest(finished.model)["thresholds"])
    for answer in answers:
        if "probabilities" in answer:
            assert answer["selected"] == (np.array(answer["probabilities"]) >= thresholds).tolist()


def test_evaluating_again_chooses_the_thresholds_again(finished, copied_run, invoke):
    facts, again = finished.run.facts, RunFolder(copied_run(finished))
    again.add_facts(thresholds=[0.9] * len(facts["label_names"]))
    done = invoke("evaluate", str(again.path))
    assert done.returncode == 0, done.stderr
    assert again.metrics == finished.run.metrics
    assert again.facts["thresholds"] == facts["thresholds"]
    assert "threshold" in done.stdout
    assert "test: macro F1 " in done.stdout


def test_the_report_shows_curves_and_labels_that_stand_together(finished):
    page = (finished.run.path / "report.html").read_text()
    assert 'data-figure="precision-recall"' in page
    assert 'data-figure="co-occurrence"' in page
    assert "Worst mistakes" in page


def test_a_manifest_without_thresholds_is_refused():
    with pytest.raises(VerifyError, match="lacks labels, or their thresholds"):
        MULTILABEL.serving_of_manifest({"labels": ["a"]})
    for damaged in ({"labels": ["a"], "thresholds": ["0.5"]}, {"labels": [1], "thresholds": [0.5]}):
        with pytest.raises(VerifyError, match="lacks labels, or their thresholds"):
            MULTILABEL.serving_of_manifest(damaged)
    with pytest.raises(VerifyError, match="lacks labels"):
        MULTILABEL.serving_of_manifest({"labels": ["a"], "thresholds": [0.5, 0.5]})
