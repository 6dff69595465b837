import json
import os
import subprocess
import sys

import pytest

from bert_tf.errors import RunError
from bert_tf.runs.list_runs import list_runs
from bert_tf.runs.run import RunFolder, new_run
from bert_tf.runs.run_filter import parse_condition
from bert_tf.tasks.recipes import load_recipe


def made(folder, recipe, accuracy=None, *, day=1, **facts) -> RunFolder:
    """A run that started on a day of January and, with an accuracy, was measured."""
    run = new_run(load_recipe(recipe, {"training.epochs": day}), folder)
    run.add_facts(started=f"2026-01-{day:02d}T12:00:00+00:00", **facts)
    if accuracy is not None:
        test = {"accuracy": accuracy, "per_class": {"a": {"f1": 0.5}}, "confusion_matrix": [[1]]}
        run.write_metrics({"test": test, "epochs": [{}] * day})
        run.add_facts(status="trained", training_seconds=90.0)
    return run


@pytest.fixture
def runs(tmp_path):
    """Three recipes' runs: best, worse, stopped after its second epoch, and one whose facts are half written."""
    best = made(tmp_path, "imdb", 0.9, day=2)
    worse = made(tmp_path, "sst2", 0.8, day=3)
    stopped = made(tmp_path, "imdb", day=4, status="stopped")
    (stopped.checkpoints / "epoch-002").mkdir(parents=True)
    damaged = made(tmp_path, "bbc-news", 0.95)
    (damaged.path / "run.json").write_text('{"status": "tra')
    return {"best": best.path, "worse": worse.path, "stopped": stopped.path, "damaged": damaged.path}


def test_newest_first_and_damaged_last(runs, tmp_path):
    found = list_runs(tmp_path)
    assert [run.path for run in found] == [runs[name] for name in ("stopped", "worse", "best", "damaged")]
    stopped, _, best, damaged = found
    assert best.problem is None
    expected = {
        "recipe": "imdb",
        "id": runs["best"].name,
        "status": "trained",
        "started": "2026-01-02T12:00:00+00:00",
        "epochs": 2,
        "training.epochs": 2,
        "minutes": 1.5,
        "test.accuracy": 0.9,
        "data.source": "tfds:imdb_reviews",
    }
    assert {key: best.values.get(key) for key in expected} == expected
    assert not {"exported", "test.confusion_matrix", "test.per_class.a.f1", "name"} & set(best.values)
    assert (stopped.values["status"], stopped.values["epochs"]) == ("stopped", 2)
    assert "run.json can't be read" in damaged.problem
    assert damaged.values["status"] == "unreadable"


@pytest.mark.parametrize(
    "conditions, expected",
    [
        (["test.accuracy>0.85"], ["best"]),
        (["test.accuracy>0"], ["worse", "best"]),
        (["test.accuracy>0", "recipe=sst2"], ["worse"]),
        (["status=unreadable"], ["damaged"]),
        (["training.epochs>=3", "started>2026-01-03"], ["stopped", "worse"]),
        (["test.accuracy>1"], []),
    ],
)
def test_conditions(runs, tmp_path, conditions, expected):
    found = list_runs(tmp_path, conditions=[parse_condition(text) for text in conditions])
    assert [run.path for run in found] == [runs[name] for name in expected]


def test_sort(runs, tmp_path):
    by_score = [run.path for run in list_runs(tmp_path, sort="test.accuracy")]
    assert by_score[:2] == [runs["best"], runs["worse"]]
    assert set(by_score[2:]) == {runs["stopped"], runs["damaged"]}
    turned = [run.path for run in list_runs(tmp_path, sort="test.accuracy", reverse=True)]
    assert turned[:2] == [runs["worse"], runs["best"]]


def test_of_a_recipe(runs, tmp_path):
    assert [run.path for run in list_runs(tmp_path, recipe="imdb")] == [runs["stopped"], runs["best"]]
    with pytest.raises(RunError, match="no runs of 'imbd'(.|\n)*bbc-news, imdb, sst2(.|\n)*did you mean 'imdb'"):
        list_runs(tmp_path, recipe="imbd")


@pytest.mark.parametrize("wrong", [{"sort": "test.acuracy"}, {"conditions": [parse_condition("test.acuracy>1")]}])
def test_a_key_that_no_run_has(runs, tmp_path, wrong):
    with pytest.raises(RunError, match="has 'test.acuracy'(.|\n)*did you mean 'test.accuracy'") as told:
        list_runs(tmp_path, **wrong)
    assert told.value.kind == "usage"


def test_a_crashed_run_is_told_and_a_running_one_is_not(tmp_path):
    made(tmp_path, "imdb", day=2)
    crashed = made(tmp_path, "imdb")
    crashed.add_facts(process={**crashed.facts["process"], "ticks": 1})
    running, found = list_runs(tmp_path)
    assert (running.values["status"], running.problem) == ("running", None)
    assert found.values["status"] == "crashed"
    assert "Its process is gone" in found.problem


def test_newest_export(tmp_path):
    run = made(tmp_path, "imdb", 0.9)
    for name in ("imdb/2", "imdb/10", "imdb/handoff/11"):
        (run.export / name).mkdir(parents=True)
    assert list_runs(tmp_path)[0].values["exported"] == 10


@pytest.mark.parametrize("folder", ["", "missing"])
def test_nothing_there(tmp_path, folder):
    assert list_runs(tmp_path / folder, recipe="imdb", sort="test.accuracy") == []


def test_many_runs_need_no_tensorflow_and_few_reads(tmp_path):
    """Three files of a run are opened, and nothing heavy is imported."""
    run = made(tmp_path / "runs", "imdb", 0.9)
    content = {name: (run.path / name).read_text() for name in ("recipe.toml", "run.json", "metrics.json")}
    for number in range(300):
        folder = tmp_path / "runs" / "imdb" / f"r{number:03d}"
        folder.mkdir()
        for name, text in content.items():
            (folder / name).write_text(text)
    code = (
        "import json, pathlib, sys\n"
        "from bert_tf.runs.list_runs import list_runs\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == 'open' else None)\n"
        "runs = list_runs(pathlib.Path('runs'))\n"
        "inside = [name for name in opened if name.startswith('runs/')]\n"
        "print(json.dumps([len(runs), len(inside), sorted({'tensorflow', 'scipy', 'pyarrow'} & set(sys.modules))]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path, env=dict(os.environ)
    )
    runs, reads, heavy = json.loads(done.stdout)
    assert runs == 301
    assert reads <= 6 * runs
    assert heavy == []


def test_a_trained_run_whose_scores_are_gone_is_told(tmp_path):
    run = made(tmp_path, "imdb", 0.9)
    (run.path / "metrics.json").unlink()
    (found,) = list_runs(tmp_path)
    assert found.problem == f"Its metrics.json is missing; `bert-tf evaluate {run.path}` writes it again."
