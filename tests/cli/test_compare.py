"""A real run and copies of it whose answers were changed."""

import json
import pathlib
import re
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bert_tf.evaluation.predictions import seal_predictions
from bert_tf.integrity import file_sha256
from bert_tf.runs.run import RunFolder, new_run
from bert_tf.tasks.recipes import run_recipe


@pytest.fixture
def runs(trained, tmp_path) -> pathlib.Path:
    """`runs/bbc-news` with the real run, `noisy` whose answers were turned round on some rows, and a stopped one."""
    folder = tmp_path / "runs" / "bbc-news"
    left_out = shutil.ignore_patterns("checkpoints", "export", "tensorboard")
    shutil.copytree(trained.run, folder / "first", ignore=left_out)
    shutil.copytree(trained.run, folder / "noisy", ignore=left_out)
    noisy = folder / "noisy"
    recipe = noisy / "recipe.toml"
    recipe.write_text(recipe.read_text().replace("learning_rate = 0.001", "learning_rate = 0.002"))
    RunFolder(noisy).add_facts(recipe_sha256=file_sha256(recipe))
    path = noisy / "predictions" / "test.parquet"
    table = pq.read_table(path)
    logits = np.array(table["logits"].to_pylist(), np.float32)
    logits[:10] = -logits[:10]
    column = pa.array(list(logits), pa.list_(pa.float32()))
    pq.write_table(table.set_column(table.column_names.index("logits"), "logits", column), path)
    seal_predictions(path)
    RunFolder(noisy).write_metrics(RunFolder(noisy).metrics)
    new_run(run_recipe(RunFolder(trained.run)), folder, folder=folder / "stopped").add_facts(status="stopped")
    return folder


def test_a_folder_of_runs(runs, command):
    done = command("compare", "runs/bbc-news", PYTHONPROFILEIMPORTTIME="1", COLUMNS="160")
    assert done.returncode == 0, done.stderr[-2000:]
    for part in (
        "runs/bbc-news/first", "training.learning_rate", "0.001", "0.002", "McNemar's exact test", "Right in run 1",
        "Run 3: Its status is stopped and it has no score",
    ):  # fmt: skip
        assert part in done.stdout, part
    assert not re.search(r"\| +tensorflow$", done.stderr, re.MULTILINE)
    first, *_, verdict, note = done.stdout.splitlines()
    assert first == "page     runs/bbc-news/compare.html"
    # Where a person reads first: above the prompt.
    assert re.match(r"verdict  (Run \d is better than|On \d+ test rows)", verdict)
    assert note.startswith("warning  Run 3: ")
    assert "McNemar" in (runs / "compare.html").read_text()


def test_json_has_all_of_it(runs, invoke):
    named = [f"runs/bbc-news{name}" for name in ("/noisy", "/first", "")]
    done = invoke("compare", *named, "--html", "x.html", "--json")
    found = json.loads(done.stdout)
    assert [run["path"] for run in found["runs"]] == [f"runs/bbc-news/{name}" for name in ("noisy", "first", "stopped")]
    assert found["recipe"] == [{"name": "training.learning_rate", "values": [0.002, 0.001, 0.001]}]
    predicted = {}
    for name in ("noisy", "first"):
        table = pq.read_table(runs / name / "predictions" / "test.parquet")
        predicted[name] = np.array(table["logits"].to_pylist()).argmax(-1) == table["label_id"].to_numpy()
    paired = found["pairs"][0]["accuracy"]
    assert paired["only_first"] == (predicted["first"] & ~predicted["noisy"]).sum()
    assert paired["only_second"] == (predicted["noisy"] & ~predicted["first"]).sum()
    assert found["page"] == "x.html"
    assert (runs.parents[1] / "x.html").is_file()


def test_one_run_is_not_enough(runs, invoke):
    done = invoke("compare", "runs/bbc-news/first", "runs/bbc-news/stopped")
    assert done.returncode == 5
    assert re.search(
        r"at least two runs with a score(.|\n)*first: it has one(.|\n)*stopped: Its status is stopped", done.stderr
    )
    assert "Traceback" not in done.stderr
    assert not (runs / "compare.html").exists()


def test_a_wrong_name_is_told_with_the_nearest(runs, invoke):
    done = invoke("compare", "runs/bbc-news/first", "runs/bbc-news/noizy")
    assert done.returncode == 5
    assert re.search(r"There is no run runs/bbc-news/noizy(.|\n)*did you mean runs/bbc-news/noisy", done.stderr)


def test_runs_are_needed(invoke):
    assert invoke("compare").returncode == 2
