"""Commands that are told to stop, at every stage: the status is told, and nothing half-written is left."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest

TERM, HUP = signal.SIGTERM, signal.SIGHUP
STOPPED = "Stopped; no partial files were left behind."


@pytest.fixture
def stopped(cache, tmp_path, warm_popen):
    """Start a command, send it a signal when something is to be seen, and return its status and what it said.

    It may have come to its end before it is told, where this process has no turn for seconds: then it is started again.
    """
    processes = []

    def run(*arguments, **others):
        before = set(tmp_path.iterdir())
        for _ in range(5):
            status, *said = run_once(*arguments, **others)
            if status:
                break
            for made in set(tmp_path.iterdir()) - before:
                shutil.rmtree(made)
        return status, *said

    def run_once(*arguments, when, sent, popen=warm_popen, **environment):
        process = popen(
            [sys.executable, "-m", "bert_tf.cli", *map(str, arguments)],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "BERT_TF_CACHE": str(cache), **environment},
        )
        processes.append(process)
        deadline = time.monotonic() + 900
        while process.poll() is None and not when(process) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(sent)
        output, told = process.communicate(timeout=300)
        assert "Traceback" not in told
        assert half_written(tmp_path) == []
        return process.returncode, told, output

    yield run
    for process in processes:
        process.kill()


def last_line(told):
    return told.strip().splitlines()[-1]


def half_written(folder):
    return [path for path in folder.rglob(".*") if re.fullmatch(r"\..+\.[0-9a-f]{8}", path.name)]


def facts(folder):
    (run,) = (folder / "runs" / "bbc-news").iterdir()
    return run, json.loads((run / "run.json").read_text())


def imports_tensorflow(process):
    return "libtensorflow" in pathlib.Path(f"/proc/{process.pid}/maps").read_text()


@pytest.mark.parametrize("command, sent, status", [("train", HUP, 129), ("tune", TERM, 143), ("export", HUP, 129)])
def test_at_the_start(stopped, request, tmp_path, command, sent, status):
    subject = request.getfixturevalue("trained").run if command == "export" else "bbc-news"
    space = ("--set", 'tuning.space={"training.epochs" = { choice = [1, 2] }}') if command == "tune" else ()
    code, told, _ = stopped(command, subject, *space, when=imports_tensorflow, sent=sent, popen=subprocess.Popen)
    assert (code, last_line(told)) == (status, STOPPED)
    assert not (tmp_path / "runs" / "bbc-news").exists()


def test_while_rows_are_read(stopped, tmp_path):
    lines = "".join(f"a text of some words, number {number},{'ab'[number % 2]}\n" for number in range(400_000))
    (tmp_path / "rows.csv").write_text(f"text,label\n{lines}")
    (tmp_path / "rows.toml").write_text('task = "classify"\ndata = {source = "files", train = "rows.csv"}\n')
    own = tmp_path / "cache"
    code, told, _ = stopped(
        "data", "rows.toml", when=lambda _: list(own.glob("examples/.*/*")), sent=TERM, BERT_TF_CACHE=str(own)
    )
    assert (code, last_line(told)) == (143, STOPPED)
    assert list(own.glob("examples/*")) == []


def test_while_it_trains(stopped, short, one_layer, tmp_path):
    code, told, output = stopped(
        "train", "bbc-news", *short, "--set", f"model.encoder={one_layer}", "--set", "training.epochs=500", "--json",
        when=lambda _: list(tmp_path.glob("runs/bbc-news/*/checkpoints/epoch-*")), sent=TERM,
    )  # fmt: skip
    assert code == 75, told
    run, found = facts(tmp_path)
    assert found["status"] == "stopped"
    error = json.loads(output)["error"]
    assert error["kind"] == "interrupted"
    assert re.match(r"Training was stopped. The run is saved up to step [1-9]\d* of 6000\.", error["what"])
    assert "--resume auto" in error["hint"]
    assert f"bert-tf export runs/bbc-news/{run.name}" in error["hint"]
    of_epochs, (point,) = ({*run.glob(f"checkpoints/{name}-*")} for name in ("epoch", "step"))
    assert of_epochs | {point} == {*(run / "checkpoints").iterdir()}
    for checkpoint in of_epochs:
        assert {path.name for path in checkpoint.iterdir()} == {"checkpoint.json", "model.safetensors"}


def test_after_it_trained(stopped, short, tmp_path):
    few = ("--set", "data.train=all[:100]", "--set", "training.epochs=1")
    code, told, _ = stopped(
        "train", "bbc-news", *short, *few,
        when=lambda _: list(tmp_path.glob("runs/bbc-news/*/export/bbc-news/.export.lock")), sent=HUP,
    )  # fmt: skip
    run, found = facts(tmp_path)
    assert (code, found["status"]) == (75, "trained")
    assert "Stopped after training: the run is complete" in told
    assert f"bert-tf export runs/bbc-news/{run.name}" in told


def test_while_it_exports(stopped, trained, tmp_path):
    models = tmp_path / "models" / "bbc-news"
    code, told, _ = stopped(
        "export", trained.run, "--to", "models", when=lambda _: list(models.glob(".1.*/*")), sent=HUP
    )
    assert (code, last_line(told)) == (129, STOPPED)
    assert [path for path in models.rglob("*") if path.name != ".export.lock"] in ([], [models / "handoff"])


@pytest.mark.parametrize("sent, status", [(TERM, 143), (signal.SIGKILL, -signal.SIGKILL)])
def test_processes_of_verify_end_with_it(stopped, trained, warm_popen, sent, status):
    def has_begun(process):
        children.extend(psutil.Process(process.pid).children())
        return children

    children = []
    if sent == TERM:
        code, told, _ = stopped("verify", trained.model, "--no-latency", when=has_begun, sent=sent)
        assert (code, last_line(told)) == (status, STOPPED)
    else:
        command = [sys.executable, "-m", "bert_tf.cli", "verify", str(trained.model), "--no-latency"]
        with warm_popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            while not has_begun(process):
                time.sleep(0.02)
            process.send_signal(sent)
    _, alive = psutil.wait_procs(children, timeout=300)
    assert alive == []
