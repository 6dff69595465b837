"""Real processes that train one recipe: the steps of one process, also where one of them is killed on the way."""

import json
import operator
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
import tensorflow as tf
from rich.console import Console
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from unused_port import unused_port

import bert_tf
from benchmarks.tiny_encoder import write_tiny_encoder
from bert_tf.cluster import Cluster
from bert_tf.errors import ClusterError, LostWorkerError, MachineError, RecipeError
from bert_tf.models.worker_group import WorkerGroup, lost_workers_told
from bert_tf.tasks.recipes import load_recipe
from bert_tf.workflow.workers import start_workers

# 43 rows: the last batch of an epoch has one, so that one of two workers has none.
CLASSIFY = {
    "data.train": "all[:43]", "data.validation": None, "data.test": None, "text.max_tokens": 16,
    "training.batch_size": 6, "training.early_stopping": 0, "training.precision": "float32",
    "training.learning_rate": 1e-3, "training.clip_norm": 0.5, "model.dropout": 0.0, "training.epochs": 8,
    "training.micro_batch_size": 2,
    "training.checkpoint_every": 3,
}  # fmt: skip
EMBED = {
    "data.train": "all[:30]", "data.validation": 0.2, "data.test": None, "text.max_tokens": 16,
    "training.batch_size": 8, "training.learning_rate": 1e-3, "training.epochs": 2, "model.kernels": "reference",
    "training.precision": "float32",
}  # fmt: skip


@pytest.fixture(scope="module")
def calm_encoder(minilm, tmp_path_factory):
    """Without dropout, whose masks are others in each worker."""
    folder = write_tiny_encoder(tmp_path_factory.mktemp("calm"), tokenizer_folder=minilm)
    config = json.loads((folder / "config.json").read_text())
    calm = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    (folder / "config.json").write_text(json.dumps({**config, **calm}))
    return str(folder)


def _toml(value):
    return "" if value is None else json.dumps(value)


@pytest.fixture
def start(warm_popen, cache, tmp_path):
    """Start a worker for each of some overrides, with `--resume auto`."""
    started = []

    def start(name, *overrides):
        addresses = [f"127.0.0.1:{unused_port()}" for _ in overrides]
        processes = []
        for index, values in enumerate(overrides):
            words = [word for key, value in values.items() for word in ("--set", f"{key}={_toml(value)}")]
            cluster = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
            processes.append(
                warm_popen(
                    [sys.executable, "-m", "bert_tf.cli", "train", name, *words, "--no-export", "--resume", "auto",
                     "--strategy", "multi_worker", "--runs", str(tmp_path)],
                    env={**os.environ, "BERT_TF_CACHE": str(cache), "TF_CONFIG": json.dumps(cluster)},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                )
            )  # fmt: skip
        started.extend(processes)
        return processes

    yield start
    for process in started:
        process.kill()


def ended(processes):
    """Statuses and outputs."""
    outputs = [process.communicate(timeout=900)[0] for process in processes]
    return [process.returncode for process in processes], outputs


def alone(name, overrides, cache, folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BERT_TF_CACHE", str(cache))
        return bert_tf.train(name, overrides, runs_folder=folder, export=False, console=Console(quiet=True)).path


def curves(run):
    """Of each step the loss and the norm of the gradient; of each epoch what was counted."""
    found = {}
    for file in sorted((run / "tensorboard" / "train").iterdir()):
        events = EventAccumulator(str(file), size_guidance={"tensors": 0}).Reload()
        for tag in events.Tags()["tensors"]:
            if tag in ("step_loss", "gradient_norm", "epoch_loss", "epoch_accuracy"):
                found |= {(tag, event.step): float(event.tensor_proto.float_val[0]) for event in events.Tensors(tag)}
    return found


def check_equal(run, expected):
    found, wanted = curves(run), curves(expected)
    assert found.keys() == wanted.keys()
    assert len(found) > 10
    for key, value in wanted.items():
        np.testing.assert_allclose(found[key], value, rtol=1e-3, atol=1e-4, err_msg=str(key))


def checkpoints(runs):
    """Those behind the first epoch."""
    return set(runs.glob("*/checkpoints/step-*-after-[1-9]*"))


def broken_off(begin, runs, stop):
    """Statuses and outputs of processes that are stopped once there is a checkpoint that was not there before.

    They may have come to their end before that, where this process has no turn for seconds: then they begin again.
    """
    before, kept = checkpoints(runs), runs.with_name("kept")
    shutil.copytree(runs, kept) if runs.exists() else kept.mkdir()
    for _ in range(5):
        processes, deadline = begin(), time.monotonic() + 900
        while not checkpoints(runs) - before and processes[0].poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        stop(processes)
        statuses, outputs = ended(processes)
        if all(statuses):
            break
        shutil.rmtree(runs)
        shutil.copytree(kept, runs)
    shutil.rmtree(kept)
    return statuses, outputs


def test_two_workers_that_are_killed_and_stopped(start, calm_encoder, cache, tmp_path, tmp_path_factory):
    overrides, runs = {**CLASSIFY, "model.encoder": calm_encoder}, tmp_path / "bbc-news"
    expected = alone("bbc-news", overrides, cache, tmp_path_factory.mktemp("alone"))

    def begin():
        return start("bbc-news", overrides, overrides)

    statuses, outputs = broken_off(begin, runs, lambda processes: processes[1].send_signal(signal.SIGKILL))
    assert statuses == [75, -signal.SIGKILL], outputs
    assert "Another worker of this training is gone. The run is saved up to step" in outputs[0]
    terminate = operator.methodcaller("send_signal", signal.SIGTERM)
    statuses, outputs = broken_off(begin, runs, lambda processes: list(map(terminate, processes)))
    assert statuses == [75, 75], outputs
    statuses, outputs = ended(begin())
    assert statuses == [0, 0], outputs
    (run,) = runs.iterdir()
    facts = json.loads((run / "run.json").read_text())
    assert (facts["status"], facts["workers"], len(facts["resumed"])) == ("trained", 2, 2)
    check_equal(run, expected)


def test_texts_of_all_workers_are_compared(start, calm_encoder, cache, tmp_path, tmp_path_factory):
    overrides = {**EMBED, "model.encoder": calm_encoder}
    expected = alone("bbc-headlines", overrides, cache, tmp_path_factory.mktemp("alone"))
    statuses, outputs = ended(start("bbc-headlines", overrides, overrides))
    assert statuses == [0, 0], outputs
    (run,) = (tmp_path / "bbc-headlines").iterdir()
    check_equal(run, expected)


def test_a_worker_that_reads_other_rows(start, calm_encoder):
    overrides = {**CLASSIFY, "model.encoder": calm_encoder}
    statuses, outputs = ended(start("bbc-news", overrides, {**overrides, "data.train": "all[:44]"}))
    assert statuses == [75, 1], outputs
    assert "Worker 1 has another recipe, encoder or training rows than worker 0" in outputs[1]


@pytest.mark.parametrize(
    "changed, told",
    [
        ({"training.batch_size": 7}, "A batch of 7 can't be shared equally by 2 workers"),
        ({"training.batch_tokens": 4096}, "Batches of equally many tokens are made by one process"),
        ({"data.validation": None, "few_shot.folds": 5}, "Cross-validation is done by one process"),
        ({"embed.mine_every": 1}, "Hard negatives are mined by one process"),
    ],
)
def test_recipes_that_can_not_be_shared(monkeypatch, changed, told):
    name = "bbc-headlines" if "embed.mine_every" in changed else "bbc-news"
    cluster = {"cluster": {"worker": ["one:1", "two:1"]}, "task": {"type": "worker", "index": 0}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(cluster))
    with pytest.raises(RecipeError, match=told):
        start_workers(load_recipe(name, changed), "multi_worker", console=Console(quiet=True))


def test_a_signal_while_tensorflow_tells_of_a_lost_worker():
    """pybind11's words, as they were seen."""
    said = "pybind11::error_already_set: MISMATCH of original and normalized active exception types: ORIGINAL "
    with pytest.raises(KeyboardInterrupt), lost_workers_told():
        raise RuntimeError(f"{said}UnavailableError REPLACED BY KeyboardInterrupt: <EMPTY MESSAGE>")
    with pytest.raises(RuntimeError, match="of another kind"), lost_workers_told():
        raise RuntimeError("of another kind")
    with pytest.raises(LostWorkerError), lost_workers_told():
        raise tf.errors.UnavailableError(None, None, "gone")


def test_one_device_is_one_process(capsys):
    assert start_workers(load_recipe("bbc-news"), "mirrored", console=Console(force_terminal=False)) is None
    assert "This machine has one device (CPU)" in capsys.readouterr().out


def test_a_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(MachineError, match=f"Port {port} is already in use"):
            WorkerGroup(Cluster((f"127.0.0.1:{port}", "127.0.0.1:1"), 0))


def test_a_process_that_has_computed_already(monkeypatch):
    addresses = [f"127.0.0.1:{unused_port()}" for _ in range(2)]
    cluster = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": 0}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(cluster))
    with pytest.raises(ClusterError, match="has used TensorFlow already"):
        WorkerGroup(Cluster(tuple(addresses), 0))
