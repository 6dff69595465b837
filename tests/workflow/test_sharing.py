"""Trainings that share a cache and a folder of runs, begun at the same moment with nothing there yet."""

import json
import os
import re
import subprocess
import sys

TRAINS = """
import json, sys
from bert_tf import api
print("ready", flush=True)
sys.stdin.readline()
api.train("bbc-news", json.loads(sys.argv[1]), export=False)
"""


def test_two_at_once_are_as_one_alone(one_layer, tmp_path):
    few = {"data.train": "all[:60]", "text.max_tokens": 16, "training.epochs": 1, "training.batch_size": 16}
    recipe = json.dumps({**few, "model.encoder": str(one_layer)})
    cache = tmp_path / "cache"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TRAINS, recipe],
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "BERT_TF_CACHE": str(cache)},
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate(timeout=300)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], told
    first, second = (tmp_path / "runs" / "bbc-news").iterdir()
    weights = [(run / "checkpoints" / "epoch-001" / "model.safetensors").read_bytes() for run in (first, second)]
    assert weights[0] == weights[1]
    names = [path.name for path in cache.rglob("*") if path.is_file()]
    assert [name for name in names if re.search(r"\.[0-9a-f]{8}$", name)] == []
    # One file of each split and each hash: the one replaced the other's by its equal.
    assert len([name for name in names if name.endswith(".arrow")]) == 2 * 3
