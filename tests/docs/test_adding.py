"""The page on extending: what it quotes stands in the files, and the task that it builds from its blocks trains."""

import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys
import textwrap

import pyarrow.parquet as pq
import pytest
from blocks import blocks_of

HERE = pathlib.Path(__file__)
ROOT = HERE.parents[2]
# What each block is of stands in its first line.
BLOCKS = [block.text.partition("\n") for block in blocks_of(ROOT / "docs" / "adding.md")]
FILES = {first.removeprefix("# "): text for first, _, text in BLOCKS}
TASK, SPECIMEN, RECIPE = "bert_tf/tasks/rate/", "tests/tasks/specimens.py", "recipes/marks.toml"
# One process: what `lacking` finds with the page's specimen, and a training with the page's recipe.
SCRIPT = """
import pathlib, sys
import conformance, specimens
from bert_tf.cli.main import cli
from bert_tf.tasks.table import TASKS
found = eval("{" + sys.argv[1] + "}", vars(specimens))
print(conformance.lacking("rate", TASKS["rate"], folder=pathlib.Path(sys.argv[2]), specimens=found))
cli(sys.argv[3:])
"""
QUICK = ("text.max_tokens=16", "training.epochs=1", "training.batch_size=4", "model.kernels=reference")


def test_what_is_quoted_stands_in_the_files():
    assert len(FILES) == len(BLOCKS)
    for name in (name for name in FILES if not name.startswith(TASK) and name not in (SPECIMEN, RECIPE)):
        text = (ROOT / name).read_text()
        assert FILES[name] in text or textwrap.indent(FILES[name], "    ") in text, name


@pytest.fixture
def extended(tmp_path):
    """The package with the page's files and its row."""
    shutil.copytree(ROOT / "bert_tf", tmp_path / "bert_tf", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / TASK).mkdir()
    for name in FILES:
        if name.startswith(TASK):
            (tmp_path / name).write_text(FILES[name])
    table = tmp_path / "bert_tf" / "tasks" / "table.py"
    text = table.read_text()
    row, imports = '"regress": REGRESS', "from bert_tf.tasks.task import Task\n"
    assert text.count(row) == text.count(imports) == 1
    text = text.replace(row, f'{row}, "rate": RATE').replace(
        imports, f"from bert_tf.tasks.rate.parts import RATE\n{imports}"
    )
    table.write_text(text)
    return tmp_path


def test_the_task_of_the_page_trains(extended, cache, one_layer):
    marks = ["5/5", "1 / 5", "4.5/5", "4/10"]
    rows = [(f"review {number} of a film", marks[number % 4]) for number in range(20)]
    with (extended / "reviews.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("text", "mark"), *rows, ("too good to be true", "6/5")])
    (extended / "marks.toml").write_text(FILES[RECIPE])
    options = [word for value in (*QUICK, f"model.encoder={one_layer}") for word in ("--set", value)]
    command = ["train", "marks.toml", "--no-export", "--set", "data.on_bad_row=skip", *options]
    folders = [str(extended), str(ROOT / "tests" / "tasks")]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, FILES[SPECIMEN], str(extended), *command],
        cwd=extended,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders), "BERT_TF_CACHE": str(cache), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("[]\n")
    (run,) = (extended / "runs" / "marks").iterdir()
    facts = json.loads((run / "run.json").read_text())
    assert "mark is '6/5', not a mark such as 4/5" in json.dumps(facts["data"])
    answers = pq.read_table(run / "predictions" / "test.parquet")
    assert set(answers["label"].to_pylist()) <= {5, 1, 4.5, 2}
    assert all(0 < value < 5 for value in answers["predicted"].to_pylist())
    assert "mean absolute error" in (run / "report.html").read_text().lower()
