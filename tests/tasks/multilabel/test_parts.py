"""The whole way of a model that gives sets of labels, from data that a package carries to answers over HTTP."""

import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

import bert_tf
from bert_tf.errors import VerifyError
from bert_tf.export.folders import handoff_folder, read_manifest
from bert_tf.runs.run import RunFolder
from bert_tf.tasks.multilabel.decision_thresholds import best_thresholds
from bert_tf.tasks.multilabel.parts import MULTILABEL

TEXTS = ["Obama is in New York", "Just had lunch"]


@pytest.fixture(scope="module")
def run(tagged):
    return RunFolder(tagged.run)


def test_thresholds_are_the_best_of_the_validation_rows_and_one_in_all_that_a_run_leaves(tagged, run):
    rows = pd.read_parquet(run.predictions("validation"))
    expected = np.array(rows["expected"].tolist())
    probabilities = 1 / (1 + np.exp(-np.array(rows["logits"].tolist(), np.float64)))
    thresholds = run.facts["thresholds"]
    assert thresholds == pytest.approx(best_thresholds(expected, probabilities))
    for split in ("validation", "test"):
        by_label = run.metrics[split]["per_class"]
        assert [figures["threshold"] for figures in by_label.values()] == pytest.approx(thresholds)
    assert read_manifest(tagged.model)["thresholds"] == pytest.approx(thresholds)


def test_golden_requests_have_decisions_that_are_clear(tagged):
    golden = handoff_folder(tagged.model) / "golden" / "requests.jsonl"
    answers = [json.loads(line)["answer"] for line in golden.read_text().split("\n") if line]
    thresholds = np.array(read_manifest(tagged.model)["thresholds"])
    for answer in answers:
        if "probabilities" in answer:
            assert answer["selected"] == (np.array(answer["probabilities"]) >= thresholds).tolist()


def test_evaluating_again_changes_nothing(tagged, run, invoke, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(tagged.run, copy, ignore=shutil.ignore_patterns("export", "tensorboard"))
    facts = run.facts
    again = RunFolder(copy)
    again.add_facts(thresholds=[0.9] * len(facts["label_names"]))
    done = invoke("evaluate", str(copy))
    assert done.returncode == 0, done.stderr
    assert again.metrics == run.metrics
    assert again.facts["thresholds"] == facts["thresholds"]


def test_the_terminal_shows_thresholds_and_macro_f1(tagged):
    assert "threshold" in tagged.output
    assert "test: macro F1 " in tagged.output
    assert "giving every text every label would score" in tagged.output


def test_the_report_shows_curves_and_labels_that_stand_together(tagged):
    page = (tagged.run / "report.html").read_text()
    assert 'data-figure="precision-recall"' in page
    assert 'data-figure="co-occurrence"' in page
    assert "Worst mistakes" in page


def test_two_runs_are_compared_by_exact_match(tagged, invoke, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(tagged.run, other, ignore=shutil.ignore_patterns("export", "tensorboard", "checkpoints"))
    RunFolder(other).add_facts(thresholds=[0.5] * 10)
    done = invoke("compare", str(tagged.run), str(other), "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["pairs"][0]["exact_match"]["difference"] == 0.0
    assert "right on exactly the same" in invoke("compare", str(tagged.run), str(other)).stdout


def test_predict_and_score_write_lists(tagged, run, invoke, tmp_path):
    answers = bert_tf.Run(tagged.run).predict(TEXTS)
    assert set(answers[0]["probabilities"]) == set(run.facts["label_names"])
    (tmp_path / "in.csv").write_text("text\n" + "\n".join(TEXTS) + "\n")
    for name in ("out.csv", "out.jsonl"):
        done = invoke("score", str(tagged.model), "--in", "in.csv", "--out", name)
        assert done.returncode == 0, done.stderr
    cells = [json.loads(row["labels"]) for row in csv.DictReader((tmp_path / "out.csv").open(newline=""))]
    lines = [json.loads(line)["labels"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert cells == lines == [answer["labels"] for answer in bert_tf.load(tagged.model).predict(TEXTS)]
    # `data.label` reads what `score` writes, with multilabel.format = "json".
    assert cells == [answer["labels"] for answer in answers]


def test_the_page_shows_the_labels_that_reach_their_threshold(tagged, page, cache):
    process = subprocess.Popen(
        [pathlib.Path(sys.executable).with_name("bert-tf"), "play", str(tagged.run), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        | {"BERT_TF_CACHE": str(cache), "PYTHONUNBUFFERED": "1"},
    )
    try:
        process.stdout.readline()
        page.goto(process.stdout.readline().split()[0])
        page.locator("#text").fill(TEXTS[0])
        (answer,) = bert_tf.Run(tagged.run).predict(TEXTS[:1])
        shown = ", ".join(f"{name} {answer['probabilities'][name]:.4f}" for name in answer["labels"])
        expect(page.locator("#verdict")).to_have_text(shown or "No label reaches its threshold.", timeout=60_000)
        expect(page.locator(".bar .threshold")).to_have_count(8)
    finally:
        process.kill()
        process.communicate()


def test_a_manifest_without_thresholds_is_refused():
    with pytest.raises(VerifyError, match="lacks labels, or their thresholds"):
        MULTILABEL.serving_of_manifest({"labels": ["a"]})
    for damaged in ({"labels": ["a"], "thresholds": ["0.5"]}, {"labels": [1], "thresholds": [0.5]}):
        with pytest.raises(VerifyError, match="lacks labels, or their thresholds"):
            MULTILABEL.serving_of_manifest(damaged)
    with pytest.raises(VerifyError, match="lacks labels"):
        MULTILABEL.serving_of_manifest({"labels": ["a"], "thresholds": [0.5, 0.5]})
