"""The protocol with real processes: contestants of a few lines that are written into a package of their own."""

import dataclasses
import hashlib
import pathlib
import subprocess
import sys
import time

import psutil
import pytest

from benchmarks import contest as contests
from benchmarks import roster
from benchmarks.contest import Contestant, contest, rates, ratios, spread

STEADY = """
from benchmarks.worker import serve

def prepare(options):
    print("noise on standard output")
    return lambda count: [options["speed"], count]

serve(prepare)
"""
TIMES_ITSELF = """
from benchmarks.worker import serve

serve(lambda options: lambda count: {"seconds": 4.0, "accuracy": 0.5})
"""
UNPREPARED = """
from benchmarks.worker import serve

def prepare(options):
    raise ImportError("no such library")

serve(prepare)
"""
DIES = """
import sys
from benchmarks.worker import serve

def prepare(options):
    def work(count):
        if count == options["last"]:
            sys.exit("out of memory")
    return work

serve(prepare)
"""
HANGS = """
import time
from benchmarks.worker import serve

serve(lambda options: lambda count: time.sleep(900))
"""
HANGS_BUSY = """
import os, pathlib, time
from benchmarks.worker import serve

def work(count):
    pathlib.Path("part").write_text(str(os.getpid()))
    os.rename("part", "pid")
    while True:
        pass

serve(lambda options: work)
"""
STARTS = """
import pathlib, sys
from benchmarks import contest
folder = contest._ROOT = pathlib.Path(sys.argv[1])
hangs = contest.Contestant("hangs", "hangs", pathlib.Path(sys.executable))
contest.contest([hangs], {}, rounds=1, seconds=0, logs=folder / "logs", warmup=(1,))
"""
ROOT = pathlib.Path(contests.__file__).parents[1]


@pytest.fixture
def write(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch):
    """Write a contestant's module where workers look for theirs."""
    package = tmp_path / "benchmarks"
    (package / "contestants").mkdir(parents=True)
    for folder in (package, package / "contestants"):
        (folder / "__init__.py").touch()
    worker = pathlib.Path(contests.__file__).with_name("worker.py")
    (package / "worker.py").write_text(worker.read_text())
    monkeypatch.setattr(contests, "_ROOT", tmp_path)

    def write(name: str, source: str, **settings) -> Contestant:
        (package / "contestants" / f"{name}.py").write_text(source)
        return Contestant(name, name, pathlib.Path(sys.executable), **settings)

    return write


@pytest.fixture
def run(tmp_path: pathlib.Path):
    def run(contestants: list[Contestant], **settings):
        settings = {"rounds": 2, "seconds": 0, "warmup": (1,), **settings}
        return contest(contestants, {"speed": "slow"}, logs=tmp_path / "logs", **settings)

    return run


def test_turns_are_counted_and_options_win_over_the_workload(write, run) -> None:
    results = run([write("plain", STEADY), write("quick", STEADY, options={"speed": "fast"})])
    assert [results[name]["told"] for name in ("plain", "quick")] == [["slow", 1], ["fast", 1]]
    for result in results.values():
        assert [turn["count"] for turn in result["turns"]] == [1, 1]
        assert all(turn["seconds"] > 0 and turn["peak_mebibytes"] > 0 for turn in result["turns"])


def test_the_environment_of_a_peer_is_looked_for_when_it_is_started(write, run, monkeypatch, tmp_path) -> None:
    requirements, environments = tmp_path / "requirements", tmp_path / ".bench"
    requirements.mkdir()
    (requirements / "made.txt").write_text("nothing==1\n")
    monkeypatch.setattr("benchmarks.environments._REQUIREMENTS", requirements)
    monkeypatch.setattr("benchmarks.environments._FOLDER", environments)
    peer = dataclasses.replace(write("peer", STEADY), python="made")
    (environments / "made" / "bin").mkdir(parents=True)
    (environments / "made" / "bin" / "python").symlink_to(sys.executable)
    wanted = hashlib.sha256((requirements / "made.txt").read_bytes()).hexdigest()
    (environments / "made" / "requirements.sha256").write_text(wanted)
    assert len(run([peer])["peer"]["turns"]) == 2


def test_peers_that_do_not_take_part_need_no_environment(monkeypatch) -> None:
    def made(name: str) -> None:
        raise AssertionError(f"{name} was made")

    monkeypatch.setattr("benchmarks.environments.interpreter", made)
    monkeypatch.setattr("benchmarks.contest.interpreter", made)
    peers = {contestant.name: contestant.python for contestant in roster.training("float32")}
    assert (peers["PyTorch eager"], peers["KerasHub on JAX, float32"]) == ("pytorch", "keras_hub")


def test_those_that_cannot_run_are_rows_with_a_reason(write, run, tmp_path: pathlib.Path) -> None:
    results = run(
        [
            write("steady", STEADY),
            write("unprepared", UNPREPARED),
            write("dies", DIES, options={"last": 1}),
            write("uninstalled", STEADY, unavailable="pip: no matching distribution"),
            Contestant("nowhere", "steady", tmp_path / "python"),
        ]
    )
    assert len(results["steady"]["turns"]) == 2
    assert results["unprepared"] == {"error": "ImportError: no such library"}
    assert results["dies"] == {"error": "exit status 1: out of memory"}
    assert results["uninstalled"] == {"error": "pip: no matching distribution"}
    assert results["nowhere"] == {"error": f"{tmp_path / 'python'}: No such file or directory"}


def test_one_that_dies_between_turns_leaves_the_others_theirs(write, run) -> None:
    # The warm-up has two steps, a turn without a least length one: that is where it dies.
    results = run([write("dies", DIES, options={"last": 1}), write("steady", STEADY)], warmup=(2,))
    assert results["dies"] == {"error": "exit status 1: out of memory"}
    assert len(results["steady"]["turns"]) == 2


def test_one_that_hangs_is_ended(write, run) -> None:
    began = time.monotonic()
    assert run([write("hangs", HANGS)], patience=0.5) == {"hangs": {"error": "no answer in 0 seconds"}}
    assert time.monotonic() - began < 600


def test_contestants_end_with_the_benchmark(write, tmp_path: pathlib.Path) -> None:
    write("hangs", HANGS_BUSY)
    with subprocess.Popen([sys.executable, "-c", STARTS, str(tmp_path)], cwd=ROOT, start_new_session=True) as benchmark:
        wait_until((tmp_path / "pid").is_file)
        contestant = psutil.Process(int((tmp_path / "pid").read_text()))
        benchmark.kill()
    wait_until(lambda: not contestant.is_running() or contestant.status() == psutil.STATUS_ZOMBIE)


def wait_until(condition) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_work_may_time_itself(write, run) -> None:
    turns = run([write("timed", TIMES_ITSELF)], rounds=1, warmup=())["timed"]["turns"]
    assert (turns[0]["seconds"], turns[0]["accuracy"], turns[0]["count"]) == (4.0, 0.5, 1)


def test_the_steps_of_a_turn_follow_from_the_warm_up(write, run) -> None:
    # 4 seconds for the one step of the warm-up, 10 wanted: 2.5 steps, rounded to even.
    assert run([write("timed", TIMES_ITSELF)], rounds=1, seconds=10)["timed"]["turns"][0]["count"] > 1


def test_ratios_are_taken_turn_by_turn() -> None:
    ours = {"turns": [{"count": 4, "seconds": 2.0, "cpu_seconds": 4.0}, {"count": 4, "seconds": 1.0, "cpu_seconds": 2}]}
    peers = {
        "turns": [{"count": 1, "seconds": 2.0, "cpu_seconds": 1.0}, {"count": 1, "seconds": 4.0, "cpu_seconds": 1}]
    }
    # 32 rows a step: 64 and 128 rows a second against 16 and 8.
    assert rates(ours, 32) == [64, 128]
    assert rates(ours, 32, of="cpu_seconds") == [32, 64]
    assert ratios(rates(ours, 32), rates(peers, 32)) == [4, 16]
    assert spread([4, 16, 5]) == {"median": 5, "least": 4, "largest": 16}
