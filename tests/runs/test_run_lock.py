import os
import signal
import subprocess
import sys

import pytest

from bert_tf.errors import RunError
from bert_tf.runs import run_lock
from bert_tf.runs.run import new_run
from bert_tf.runs.run_lock import held_run, is_held
from bert_tf.tasks.recipes import load_recipe

HOLDS = """
import pathlib, sys, time
from bert_tf.runs.run_lock import held_run
with held_run(pathlib.Path(sys.argv[1])):
    print("holds", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def run(tmp_path):
    return new_run(load_recipe("bbc-news"), tmp_path)


@pytest.fixture
def other(run):
    with subprocess.Popen([sys.executable, "-c", HOLDS, str(run.path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "holds\n"
        yield process
        process.kill()


def test_a_run_that_is_held_is_refused_until_its_process_is_killed(run, other, monkeypatch):
    monkeypatch.setattr(run_lock, "_BETWEEN_TRIES", 0.0)
    with pytest.raises(RunError, match="Another process is training this run(.|\n)*wait for it"), held_run(run.path):
        pass
    assert is_held(run.path)
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    assert is_held(run.path) is False
    with held_run(run.path):
        assert is_held(run.path)


def test_what_the_process_is_called_does_not_matter(run, other):
    """In another container, where ids mean nothing, the lock alone tells."""
    run.add_facts(process={**run.facts["process"], "namespace": "pid:[1]"})
    assert run.status == "running"
    other.kill()
    other.wait()
    assert run.status == "crashed"


def test_of_a_run_without_a_lock_nothing_is_known(run, tmp_path):
    assert is_held(run.path) is None
    assert is_held(tmp_path / "none") is None
    assert run.status == "running"


def test_a_place_that_is_gone(tmp_path):
    with pytest.raises(RunError, match="can't be resumed(.|\n)*No such file"), held_run(tmp_path / "none"):
        pass
