"""Real processes; the clock is never asked, so none is set."""

import json
import os
import subprocess
import sys

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


def test_ticks_are_those_that_psutil_counts():
    seconds = this_process()["ticks"] / os.sysconf("SC_CLK_TCK")
    assert seconds == pytest.approx(psutil.Process().create_time() - psutil.boot_time(), abs=0.02)


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
