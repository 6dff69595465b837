"""A search of several processes: keras-tuner's chief and workers, real ones on this machine."""

import socket
import time

import pytest
from fake_search import CONDITIONAL, SearchProcess, hold_from, recipe, smooth, told
from unused_port import unused_port

from bert_tf.errors import BertTfError, DataError, MachineError
from bert_tf.tuning.chief import _read_problem, leave_problem
from bert_tf.tuning.history import read_history
from bert_tf.tuning.search import tune_recipe


@pytest.fixture
def port():
    return str(unused_port())


@pytest.fixture
def start(tmp_path, port):
    """Starts a process of the search; all are ended with the test."""
    processes = []

    def start(name, algorithm="random"):
        names = {
            "KERASTUNER_TUNER_ID": name,
            "KERASTUNER_ORACLE_IP": "127.0.0.1",
            "KERASTUNER_ORACLE_PORT": port,
        }
        processes.append(SearchProcess(tmp_path / "search", algorithm, names))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()


def runs(folder):
    """Trial and worker of each run, in the order in which they ended."""
    path = folder / "runs.txt"
    return [tuple(line.split()) for line in path.read_text().splitlines()] if path.exists() else []


def wait_for(condition, seconds=600):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def running(folder, worker):
    """The trial that a worker has under way."""
    found = [trial.id for trial in read_history(folder) if trial.status == "running" and trial.worker == worker]
    return found[0] if found else None


def ended_well(process):
    assert process.wait() == 0, process.errors
    return process.said


def test_a_chief_and_two_workers_of_which_one_is_killed_and_comes_back(start, tmp_path):
    folder = tmp_path / "search"
    hold_from(folder, 0)
    # In any order: a worker waits for its chief, and asks again after seconds.
    first = start("worker-0")
    wait_for(lambda: (folder / "keras_tuner").is_dir())
    chief, second = start("chief"), start("worker-1")
    wait_for(lambda: running(folder, "worker-0") and running(folder, "worker-1"))
    hold_from(folder, 4)
    wait_for(lambda: {worker for _, worker in runs(folder)} == {"worker-0", "worker-1"})
    wait_for(lambda: int(running(folder, "worker-1") or 0) >= 4)
    second.kill()
    lost = running(folder, "worker-1")
    again = start("worker-1")
    hold_from(folder, None)
    assert [ended_well(process) for process in (first, again, chief)] == [""] * 3
    trials = read_history(folder)
    assert [trial.number for trial in trials] == list(range(14))
    assert {trial.status for trial in trials} == {"finished"}
    # It took up the trial that it had been killed in.
    assert trials[int(lost)].worker == "worker-1"
    assert len(runs(folder)) == 14
    # What is drawn doesn't depend on who runs it.
    alone = tune_recipe(
        recipe(CONDITIONAL, algorithm="random", max_trials=14),
        folder=tmp_path / "alone",
        cache_folder=tmp_path / "cache",
        run_trial=smooth,
    )
    assert [{**each, "score": 0, "metrics": 0} for each in told(trials)] == [
        {**each, "score": 0, "metrics": 0} for each in told(alone)
    ]
    assert [trial.score for trial in trials] == [trial.score for trial in alone]


def test_a_chief_that_is_killed_goes_on_with_its_workers(start, tmp_path):
    folder = tmp_path / "search"
    hold_from(folder, 6)
    chief, worker = start("chief", "hyperband"), start("worker-0", "hyperband")
    wait_for(lambda: len(runs(folder)) >= 4)
    chief.kill()
    hold_from(folder, None)
    again = start("chief", "hyperband")
    # A request that was under way when the chief was killed ends its worker, as a pod ends that is started again.
    while again.status is None:
        if worker.status:
            worker = start("worker-0", "hyperband")
        time.sleep(0.1)
    assert again.status == 0, again.errors
    trials = read_history(folder)
    assert len(trials) == 14
    assert {trial.status for trial in trials} == {"finished"}
    ended_well(worker)


def test_what_one_worker_finds_wrong_ends_the_search_for_all(tmp_path, start):
    folder = tmp_path / "search"
    hold_from(folder, 1)
    chief = start("chief")
    wait_for(lambda: (folder / "keras_tuner").is_dir() or (folder / "recipe.toml").is_file())
    worker = start("worker-0")
    wait_for(lambda: runs(folder))
    leave_problem(folder / "problem.json", DataError("There is no column 'body'.", where="a.csv", hint="name another"))
    assert chief.wait() == 1
    assert "DataError: There is no column 'body'." in chief.errors
    worker.kill()


def test_a_port_that_is_taken_is_told(tmp_path, monkeypatch, port):
    monkeypatch.setenv("KERASTUNER_TUNER_ID", "chief")
    monkeypatch.setenv("KERASTUNER_ORACLE_IP", "127.0.0.1")
    monkeypatch.setenv("KERASTUNER_ORACLE_PORT", port)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(port)))
        taken.listen()
        with pytest.raises(MachineError, match=f"can't listen on 127.0.0.1:{port}"):
            tune_recipe(recipe(algorithm="random"), folder=tmp_path / "s", cache_folder=tmp_path, run_trial=smooth)


@pytest.mark.parametrize("problem", [DataError("What.", where="a.csv:3", hint="Mend it."), BertTfError("What.")])
def test_a_problem_is_read_as_it_was_left(problem, tmp_path):
    leave_problem(tmp_path / "problem.json", problem)
    found = _read_problem(tmp_path / "problem.json")
    assert type(found) is type(problem)
    assert (found.what, found.where, found.hint, found.kind) == (
        problem.what,
        problem.where,
        problem.hint,
        problem.kind,
    )
    assert _read_problem(tmp_path / "other.json") is None
