import json
import re
import shutil

import pytest

from bert_tf.runs.run import RunFolder


@pytest.fixture
def runs(trained, tmp_path):
    """`runs/` with the real run and a damaged one."""
    left_out = shutil.ignore_patterns("checkpoints", "tensorboard", "encoder", "predictions", "variables")
    shutil.copytree(trained.run, tmp_path / "runs" / "bbc-news" / trained.run.name, ignore=left_out)
    damaged = tmp_path / "runs" / "sst2" / "20260101-000000"
    damaged.mkdir(parents=True)
    (damaged / "run.json").write_text("{")
    return trained.run


def test_list(runs, command):
    done = command("runs", PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0, done.stderr[-2000:]
    metrics = json.loads((runs / "metrics.json").read_text())
    line = next(line for line in done.stdout.splitlines() if f"runs/bbc-news/{runs.name}" in line)
    scores = " +".join(f"{metrics[split]['accuracy']:.4f}" for split in ("validation", "test"))
    assert re.search(rf"trained +2/2 +{scores} +[\d.]+ +1$", line.rstrip()), line
    assert re.search(r"runs/sst2/20260101-000000: The run's run.json can't be read", done.stdout)
    assert not re.search(r"\| +(tensorflow|scipy|pyarrow)$", done.stderr, re.MULTILINE)


def test_a_key_that_is_asked_for_is_shown(runs, invoke):
    done = invoke("runs", "--where", "training.batch_size=16", "--sort", "test.log_loss")
    assert "batch_size" in done.stdout
    metrics = json.loads((runs / "metrics.json").read_text())
    line = next(line for line in done.stdout.splitlines() if runs.name in line)
    assert line.split()[-2:] == ["16", f"{metrics['test']['log_loss']:.4f}"]
    assert "sst2" not in done.stdout


def test_the_best_score_comes_first(runs, invoke, tmp_path):
    folder = tmp_path / "runs" / "bbc-news"
    shutil.copytree(folder / runs.name, folder / "worse")
    metrics = RunFolder(runs).metrics
    worse = {**metrics["test"], "accuracy": 0.1, "log_loss": 9.0}
    RunFolder(folder / "worse").write_metrics({**metrics, "test": worse})
    for key in ("test.accuracy", "test.log_loss"):
        by_score = json.loads(invoke("runs", "bbc-news", "--sort", key, "--json").stdout)
        assert [run["id"] for run in by_score] == [runs.name, "worse"]
        other_way = json.loads(invoke("runs", "bbc-news", "--sort", key, "--reverse", "--json").stdout)
        assert [run["id"] for run in other_way] == ["worse", runs.name]


def test_json(runs, invoke):
    found = json.loads(invoke("runs", "--json").stdout)
    assert [run["path"] for run in found] == [f"runs/bbc-news/{runs.name}", "runs/sst2/20260101-000000"]
    assert found[0]["training.learning_rate"] == 1e-3
    assert found[0]["problem"] is None
    assert "run.json" in found[1]["problem"]


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--status", "crashed"], "No run in runs matches."),
        (["sst2", "--status", "trained"], "No run in runs matches."),
    ],
)
def test_nothing_fits(runs, invoke, arguments, told):
    done = invoke("runs", *arguments)
    assert (done.returncode, done.stdout.strip()) == (0, told)


@pytest.mark.parametrize(
    "arguments, status, told",
    [
        (["--where", "accuracy"], 2, "can't be read"),
        (["--sort", "test.acuracy"], 2, "did you mean 'test.accuracy'"),
        (["--status", "done"], 2, "trained"),
        (["bbc"], 5, "only of: bbc-news, sst2"),
    ],
)
def test_wrong_use(runs, invoke, arguments, status, told):
    done = invoke("runs", *arguments)
    assert done.returncode == status
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_folder_says_how_runs_are_made(invoke):
    done = invoke("runs")
    assert done.returncode == 0
    assert "There are no runs in runs" in done.stdout
    assert "bert-tf train RECIPE" in done.stdout
    assert json.loads(invoke("runs", "--json").stdout) == []
