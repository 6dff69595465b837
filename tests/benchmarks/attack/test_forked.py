"""In a process in which nothing heavy was done, as the one that forks must be."""

import subprocess
import sys

_PROGRAM = """
import os, signal
from benchmarks.attack.forked import here, in_child
print(in_child(os.getppid) == os.getpid(), here(os.getpid) == os.getpid())
for ends in (lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: 1 / 0):
    try:
        in_child(ends)
    except RuntimeError as problem:
        print(problem)
"""


def test_a_child_answers_or_its_end_is_told():
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "True True",
        "the process ended with status -9",
        "the process ended with status 1",
    ]
    assert "ZeroDivisionError" in done.stderr
