import pathlib
import socket

import pytest
from unused_port import unused_port

from bert_tf.errors import RunError
from bert_tf.integrity import file_sha256, write_document
from bert_tf.recipe.load_recipe import resolved_toml
from bert_tf.runs.run import RunFolder
from bert_tf.tasks.recipes import load_recipe
from bert_tf.workflow import dashboards
from bert_tf.workflow.dashboards import linked_runs, serve


@pytest.fixture
def make_run(tmp_path):
    """A run's folder in `runs/`."""

    def make(name, *, facts=None, metrics=None):
        path = tmp_path / "runs" / name
        path.mkdir(parents=True)
        (path / "recipe.toml").write_text(resolved_toml(load_recipe("bbc-news")))
        recipe_sha256 = file_sha256(path / "recipe.toml")
        usual = {"run_id": name, "started": "2026-01-31T12:00:00+01:00", "status": "trained"}
        usual["recipe_sha256"] = recipe_sha256
        write_document(path / "run.json", {**usual, **(facts or {})}, error=RunError)
        if metrics:
            RunFolder(path).write_metrics(metrics)
        # Last, as in a run: this is what makes it one that is shown.
        (path / "tensorboard" / "train").mkdir(parents=True)
        return path

    return make


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_names_tell_recipe_start_and_score(make_run, tmp_path):
    make_run("imdb/1", metrics={"test": {"accuracy": 0.9}, "validation": {"accuracy": 0.8}})
    make_run("imdb/2", metrics={"validation": {"accuracy": 0.8}})
    make_run("imdb/3", facts={"status": "stopped"})
    make_run("sst 2.x/1", facts={"started": "2026-02-01T07:08:09+00:00"})
    (make_run("broken/1") / "run.json").write_text("{")
    with linked_runs(tmp_path / "runs") as folder:
        assert names(folder) == [
            "broken 1 damaged",
            "imdb 2026-01-31 12:00 stopped",
            "imdb 2026-01-31 12:00 test accuracy 0.9000",
            "imdb 2026-01-31 12:00 validation accuracy 0.8000",
            "sst 2.x 2026-02-01 07:08 trained",
        ]
        assert (folder / "imdb 2026-01-31 12:00 stopped" / "train").is_dir()
    assert not folder.exists()


def test_two_runs_of_one_name(make_run, tmp_path):
    make_run("imdb/1")
    make_run("imdb/1-2")
    with linked_runs(tmp_path / "runs") as folder:
        assert names(folder) == ["imdb 2026-01-31 12:00 trained", "imdb 2026-01-31 12:00 trained (1-2)"]


def test_a_search_has_its_trials_and_its_own_table(make_run, tmp_path):
    make_run("imdb.tuning/trials/0003", metrics={"validation": {"accuracy": 0.8}})
    search = tmp_path / "runs" / "imdb.tuning"
    (search / "tensorboard" / "trial 3").mkdir(parents=True)
    with linked_runs(search) as folder:
        assert names(folder) == ["search", "trial 0003 2026-01-31 12:00 validation accuracy 0.8000"]
        assert names(folder / "search") == ["trial 3"]


def test_a_run_of_its_own_is_no_search(make_run, tmp_path):
    with linked_runs(make_run("imdb/1")) as folder:
        assert names(folder) == ["imdb 2026-01-31 12:00 trained"]


def test_a_run_that_starts_meanwhile(make_run, tmp_path, monkeypatch):
    monkeypatch.setattr(dashboards, "_SECONDS", 0.05)
    make_run("imdb/1")
    with linked_runs(tmp_path / "runs") as folder:
        make_run("imdb/2", facts={"status": "stopped"})
        while len(names(folder)) < 2:
            pass
        assert "imdb 2026-01-31 12:00 stopped" in names(folder)


@pytest.mark.parametrize("folder", ["empty", "missing"])
def test_no_run(tmp_path, folder):
    (tmp_path / "empty").mkdir()
    with (
        pytest.raises(RunError, match=f"no runs in (.|\n)*{folder}(.|\n)*bert-tf train"),
        linked_runs(tmp_path / folder),
    ):
        pass


def test_a_port_that_is_taken(tmp_path):
    # The next one is free as well.
    port = unused_port()
    told = rf"Port {port} is already in use(.|\n)*--port {port + 1}(.|\n)*--port 0"
    with socket.create_server(("localhost", port)), pytest.raises(RunError, match=told):
        serve(pathlib.Path(tmp_path), port=port)
