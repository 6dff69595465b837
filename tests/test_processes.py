"""Real processes; the clock is never asked, so none is set."""

import json
import os
import subprocess
import sys
import time

import psutil
import pytest

from bert_tf.processes import is_gone, this_process

SAYS = "import json; from bert_tf.processes import this_process; print(json.dumps(this_process()), flush=True); input()"


@pytest.fixture
def other():
    with subprocess.Popen(
        [sys.executable, "-c", SAYS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process, json.loads(process.stdout.readline())
        process.kill()


def test_ticks_are_those_that_psutil_counts(monkeypatch):
    # It adds the moment of the boot, which moves when the clock is set: here none.
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: 0.0)
    seconds = this_process()["ticks"] / os.sysconf("SC_CLK_TCK")
    assert seconds == pytest.approx(psutil.Process().create_time(), abs=0.02)


def test_a_process_that_runs_and_then_is_gone(other):
    process, known = other
    assert not is_gone(known)
    process.kill()
    # Also as long as nobody has asked how it ended.
    assert os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert is_gone(known)
    process.wait()
    assert is_gone(known)


@pytest.mark.parametrize(
    "change, gone",
    [
        ({"ticks": 1}, True),  # its number is another process' now
        ({"boot": "before the machine started again"}, True),
        ({"namespace": "pid:[1]"}, False),
        ({"host": "another"}, False),
    ],
)
def test_what_differs(change, gone):
    assert is_gone({**this_process(), **change}) is gone


@pytest.mark.parametrize("process", [None, {"id": 1, "host": "another"}, {"id": 1, "host": os.uname().nodename}])
def test_of_what_is_not_known_nothing_is_said(process):
    assert not is_gone(process)


ENDS = """
import os, sys, time
from bert_tf.processes import end_with_parent
parent = os.getpid()
if os.fork() == 0:
    end_with_parent(parent if sys.argv[1] == "here" else 1 << 22)
    print(os.getpid(), flush=True)
    time.sleep(600)
else:
    time.sleep(600)
"""


def test_a_process_ends_with_its_parent_also_when_that_is_killed():
    with subprocess.Popen([sys.executable, "-c", ENDS, "here"], stdout=subprocess.PIPE, text=True) as process:
        child = psutil.Process(int(process.stdout.readline()))
        process.kill()
    _, alive = psutil.wait_procs([child], timeout=300)
    assert alive == []


def test_a_parent_that_is_gone_already_is_seen():
    with subprocess.Popen([sys.executable, "-c", ENDS, "gone"], stdout=subprocess.PIPE, text=True) as process:
        children = psutil.Process(process.pid).children
        deadline = time.monotonic() + 300
        while not any(child.status() == psutil.STATUS_ZOMBIE for child in children()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()
        assert process.stdout.readline() == ""


READS = """
import time
from bert_tf.processes import end_with_input
end_with_input(7)
print("ready", flush=True)
time.sleep(600)
"""


def test_a_process_ends_with_its_input():
    command = [sys.executable, "-c", READS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("not its end")
        process.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.2)
        process.stdin.close()
        assert process.wait(300) == 7
