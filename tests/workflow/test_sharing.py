"""Trainings that share a cache and a folder of runs, begun at the same moment with nothing there yet."""

import json
import os
import re
import subprocess
import sys

import pytest

from bert_tf import api

TRAINS = """
import json, sys
from bert_tf import training_api
print("ready", flush=True)
sys.stdin.readline()
training_api.train("bbc-news", json.loads(sys.argv[1]), export=False, baseline=sys.argv[2] == "beside a baseline")
"""


@pytest.fixture(scope="module")
def together(one_layer, tmp_path_factory, warm_popen):
    """The folder in which two processes trained the same recipe, the second of them after a baseline."""
    few = {"data.train": "all[:60]", "text.max_tokens": 16, "training.epochs": 1, "training.batch_size": 16}
    recipe, folder = json.dumps({**few, "model.encoder": str(one_layer)}), tmp_path_factory.mktemp("together")
    processes = [
        warm_popen(
            [sys.executable, "-c", TRAINS, recipe, how],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "BERT_TF_CACHE": str(folder / "cache")},
        )
        for how in ("alone", "beside a baseline")
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate(timeout=300)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], told
    return folder


def runs_of(folder):
    """The run without a baseline, the one with it, and the baseline."""
    runs = {path.name: api.Run(path) for path in (folder / "runs" / "bbc-news").iterdir()}
    assert len(runs) == 3
    named = {name: json.loads((run.path / "run.json").read_text()).get("baseline") for name, run in runs.items()}
    ((second, baseline),) = ((name, other) for name, other in named.items() if other)
    (first,) = runs.keys() - {second, baseline}
    return runs[first], runs[second], runs[baseline]


def test_two_at_once_are_as_one_alone_and_a_baseline_changes_nothing(together):
    first, second, _ = runs_of(together)
    weights = [(run.path / "checkpoints" / "epoch-001" / "model.safetensors").read_bytes() for run in (first, second)]
    assert weights[0] == weights[1]
    names = [path.name for path in (together / "cache").rglob("*") if path.is_file()]
    assert [name for name in names if re.search(r"\.[0-9a-f]{8}$", name)] == []
    # One file of each split and each hash: the one replaced the other's by its equal.
    assert len([name for name in names if name.endswith(".arrow")]) == 2 * 3


def test_a_baseline_stands_beside_the_run_and_on_its_report(together, one_layer):
    first, run, baseline = runs_of(together)
    assert baseline.recipe.model.encoder == f"bow:{one_layer}"
    assert baseline.recipe.data == run.recipe.data
    assert json.loads((run.path / "run.json").read_text())["seconds_to_first_step"] is None
    pair = api.compare(baseline.path, run.path).pairs[0].paired
    page = (run.path / "report.html").read_text()
    (lead,) = re.findall(r'<p class="lead">(.*?)</p>', page)
    assert f"the baseline runs/bbc-news/{baseline.path.name}: accuracy differs by {pair.difference:+.4f}" in lead
    table = page[page.index('<h2 id="baselines">') :]
    table = table[: table.index("</table>")]
    for each in (run, baseline):
        assert f"{each.metrics['test']['accuracy']:.4f} (" in table
    assert "always predicting “" in table
    assert 'id="baselines"' not in (first.path / "report.html").read_text()
