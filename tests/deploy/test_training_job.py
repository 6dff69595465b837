"""deploy/training-job.yaml: what it starts, and that the same command, started again and again, ends in one run."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import pytest
import yaml

from bert_tf.cli.train import train
from bert_tf.tasks.recipes import load_recipe

FILE = pathlib.Path(__file__).parents[2] / "deploy" / "training-job.yaml"


@pytest.fixture
def documents():
    return {each["kind"]: each for each in yaml.safe_load_all(FILE.read_text())}


@pytest.fixture
def pod(documents):
    return documents["Job"]["spec"]["template"]["spec"]


@pytest.fixture
def container(pod):
    (found,) = pod["containers"]
    return found


def test_a_failure_is_a_restart_and_never_two_run_at_once(documents, pod):
    assert pod["restartPolicy"] == "OnFailure"
    assert documents["Job"]["spec"]["podReplacementPolicy"] == "Failed"
    # A step is finished and a checkpoint written within 10 seconds.
    assert pod["terminationGracePeriodSeconds"] > 10


def test_all_that_is_written_is_on_the_volume(documents, pod, container):
    (volume,), (mount,) = pod["volumes"], container["volumeMounts"]
    assert volume["persistentVolumeClaim"]["claimName"] == documents["PersistentVolumeClaim"]["metadata"]["name"]
    assert mount["name"] == volume["name"]
    folders = [each["value"] for each in container["env"]]
    folders.append(container["command"][container["command"].index("--runs") + 1])
    assert all(pathlib.Path(folder).is_relative_to(mount["mountPath"]) for folder in folders)


def test_the_command_is_one(container):
    program, name, *arguments = container["command"]
    assert (program, name) == ("bert-tf", "train")
    given = train.make_context("train", list(arguments)).params
    assert load_recipe(given["recipe"]).name == "imdb"
    assert given["resume"] == "auto"


def test_started_again_after_each_signal_it_comes_to_its_end(container, tiny_encoder, cache, tmp_path, warm_popen):
    folders = {"imdb": "bbc-news", "/shared/runs": str(tmp_path)}
    arguments = [folders.get(word, word) for word in container["command"][1:]]
    quick = {
        "model.encoder": tiny_encoder, "data.train": "all[:240]", "data.test": "", "text.max_tokens": "32",
        "training.epochs": "8", "training.batch_size": "8", "model.kernels": "reference",
    }  # fmt: skip
    overrides = [word for key, value in quick.items() for word in ("--set", f"{key}={value}")]
    statuses, seen, tries = [], [], 4
    while not statuses or statuses[-1] == 75:
        process = warm_popen(
            [sys.executable, "-m", "bert_tf.cli", *arguments, *overrides, "--no-export"],
            env={**os.environ, "BERT_TF_CACHE": str(cache)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if len(statuses) < 2:
            _await_epoch_behind(tmp_path, max(seen, default=0), process)
            process.send_signal(signal.SIGTERM)
            told = time.monotonic()
        output, _ = process.communicate(timeout=600)
        if len(statuses) < 2 and process.returncode == 0 and tries:
            # It came to its end before it was told, where this process has no turn for seconds.
            statuses, seen, tries = [], [], tries - 1
            shutil.rmtree(tmp_path / "bbc-news")
            continue
        assert len(statuses) == 2 or time.monotonic() - told < 10, output
        statuses.append(process.returncode)
        (run,) = (tmp_path / "bbc-news").iterdir()
        seen.append(_step(run))
    assert statuses == [75, 75, 0], output
    assert 0 < seen[0] < seen[1]
    facts = json.loads((run / "run.json").read_text())
    assert facts["status"] == "trained"
    assert [each["step"] for each in facts["resumed"]] == seen[:2]
    assert len(json.loads((run / "metrics.json").read_text())["epochs"]) == 8
    assert not list((run / "checkpoints").glob("step-*"))


def _await_epoch_behind(runs, step, process):
    """Wait until a run has come an epoch further than a step, or to its end."""
    epochs, deadline = step // 24 + 1, time.monotonic() + 900
    while not any(int(path.name[-3:]) > epochs for path in runs.glob("*/*/checkpoints/epoch-*")):
        if process.poll() is not None:
            return
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _step(run):
    return max((int(path.name.split("-")[1]) for path in (run / "checkpoints").glob("step-*")), default=0)
