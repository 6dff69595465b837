"""Real files of runs in small: which go, and what is left."""

import concurrent.futures
import json
import math
import os
import shutil
import threading

import pytest

from bert_tf.runs.prune_runs import plan_pruning, prune
from bert_tf.runs.run import new_run, open_run
from bert_tf.tasks.classify.measures import ACCURACY, LOG_LOSS
from bert_tf.tasks.recipes import load_recipe

SIZE = 200_000


def by_accuracy(values):
    return ACCURACY if values.get("task") == "classify" else None


@pytest.fixture
def make(tmp_path):
    def make(name, accuracy=None, *, log_loss=0.5, recipe="bbc-news", status="trained", reference=None, **facts):
        overrides = {} if reference is None else {"report.reference": str(reference)}
        run = new_run(load_recipe(recipe, overrides), tmp_path, folder=tmp_path / "runs" / recipe / name)
        run.add_facts(status=status, **facts)
        if accuracy is not None:
            run.write_metrics({"validation": {"accuracy": accuracy, "log_loss": log_loss}, "epochs": []})
        (run.path / "weights").write_bytes(os.urandom(SIZE))
        return run.path

    return make


def fates(folder, judged_by=by_accuracy, **settings):
    return {each.path.name: each.kept for each in plan_pruning(folder, judged_by=judged_by, **settings)}


def test_the_best_and_the_newest_of_each_recipe_stay(make, tmp_path):
    for name, accuracy in (("1", 0.8), ("2", 0.9), ("3", 0.7), ("4", None)):
        make(name, accuracy)
    make("5", 0.1, recipe="sst2")
    assert fates(tmp_path / "runs") == {
        "1": "", "2": "the best, by validation.accuracy", "3": "", "4": "the newest",
        "5": "the best, by validation.accuracy",
    }  # fmt: skip
    assert fates(tmp_path / "runs", keep="newest") == {"1": "", "2": "", "3": "", "4": "the newest", "5": "the newest"}
    assert set(fates(tmp_path / "runs", recipe="bbc-news")) == {"1", "2", "3", "4"}
    assert set(fates(tmp_path / "runs" / "bbc-news")) == {"1", "2", "3", "4"}


def test_the_best_is_the_one_with_less_where_less_is_better_and_the_newer_of_equals(make, tmp_path):
    for name, log_loss in (("1", 0.4), ("2", 0.2), ("3", 0.2), ("4", math.nan), ("5", 0.9)):
        make(name, 0.5, log_loss=log_loss)
    kept = fates(tmp_path / "runs", lambda values: LOG_LOSS)
    assert kept == {"1": "", "2": "", "3": "the best, by validation.log_loss", "4": "", "5": "the newest"}


def test_what_runs_what_is_damaged_and_what_is_needed_stays(make, tmp_path):
    make("1", 0.1)
    make("2", 0.2, status="running")
    needed = make("3", 0.3)
    damaged = make("4", 0.4)
    make("0", 0.3)
    make("5", 0.99, reference=needed, baseline="0")
    (damaged / "run.json").write_text("{")
    told = fates(tmp_path / "runs")
    assert told["1"] == ""
    assert told["2"] == "in progress"
    assert told["3"] == "another run's reference"
    assert told["0"] == "another run's baseline"
    assert told["4"].startswith("unreadable")


def test_what_goes_is_gone_and_what_it_held_is_told(make, tmp_path):
    gone, best = make("1", 0.1), make("2", 0.9)
    newest = make("3", 0.5)
    os.link(best / "weights", gone / "also")  # the other run holds these bytes too
    planned = plan_pruning(tmp_path / "runs", judged_by=by_accuracy)
    (going,) = [each for each in planned if not each.kept]
    assert going.path == gone
    assert SIZE <= going.bytes < 1.5 * SIZE
    assert prune(planned) == going.bytes
    assert sorted(path.name for path in (tmp_path / "runs" / "bbc-news").iterdir()) == ["2", "3"]
    assert open_run(best).metrics["validation"]["accuracy"] == 0.9
    assert (best / "weights").stat().st_size == SIZE
    assert newest.is_dir()


def test_a_run_that_has_begun_meanwhile_stays(make, tmp_path):
    first = make("1", 0.1)
    make("2", 0.9)
    planned = plan_pruning(tmp_path / "runs", judged_by=by_accuracy)
    open_run(first).add_facts(status="running")
    assert prune(planned) == 0
    assert first.is_dir()


def test_a_training_that_writes_and_removes_files_meanwhile_is_no_problem(make, tmp_path):
    run, ended = make("1", 0.9), threading.Event()
    names = [run / "checkpoints" / f"epoch-{number}" / "part" for number in range(50)]

    def train():
        while not ended.is_set():
            for name in names:
                name.parent.mkdir(parents=True)
                name.write_bytes(b"1")
            shutil.rmtree(run / "checkpoints")

    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        training = thread.submit(train)
        try:
            for _ in range(100):
                assert fates(tmp_path / "runs") == {"1": "the best, by validation.accuracy"}
        finally:
            ended.set()
        training.result()


def test_the_command_says_what_goes_and_removes_it_when_told(make, tmp_path, invoke):
    make("1", 0.1)
    make("2", 0.9)
    done = invoke("runs", "prune", "--keep", "best")
    assert done.returncode == 0, done.stderr
    assert "remove   runs/bbc-news/1  0.1000, 0 MB" in done.stdout
    assert "keep     runs/bbc-news/2  0.9000: the best, by validation.accuracy" in done.stdout
    assert "Nothing was removed; --yes removes 1 of 2 runs" in done.stdout
    assert (tmp_path / "runs" / "bbc-news" / "1").is_dir()
    done = invoke("runs", "prune", "bbc-news", "--yes", "--json")
    assert json.loads(done.stdout)["removed"] is True
    assert not (tmp_path / "runs" / "bbc-news" / "1").exists()
    assert "There is nothing to remove." in invoke("runs", "prune").stdout
    assert invoke("runs", "prune", "imdb").returncode == 5
