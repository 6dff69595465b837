"""A contestant's side of a benchmark: a process of its own that prepares once and then works when it is told to.

It runs in the environment of its library, so this file needs nothing but Python. Commands come as lines of JSON on
standard input and are answered by a line each; whatever the library itself prints goes to standard error.
"""

import ctypes
import json
import os
import pathlib
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

Work = Callable[[int], Any]
_PR_SET_PDEATHSIG = 1  # prctl(2)


def serve(prepare: Callable[[dict[str, Any]], Work]) -> None:
    """Answer commands until standard input closes.

    Args:
        prepare: From the options of the first command to a function that does a number of steps, or passes over its
            data, and returns what should be told about them (anything JSON can hold).
    """
    _end_with_parent()
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    work: Work | None = None
    for line in sys.stdin:
        command = json.loads(line)
        try:
            if work is None:
                work = prepare(command)
                answer: dict[str, Any] = {"ready": True}
            else:
                answer = timed(work, command["count"])
        except Exception as problem:
            # Whatever a library raises is the row of a peer that can't run.
            traceback.print_exc()
            answer = {"error": f"{type(problem).__name__}: {problem}".splitlines()[0][:300]}
        answers.write(json.dumps(answer) + "\n")


def _end_with_parent() -> None:
    """Have the kernel kill this process when its parent is gone, also in the middle of a turn."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the benchmark has ended")


def timed(work: Work, count: int) -> dict[str, Any]:
    """Do the work, and tell `seconds`, `cpu_seconds`, `peak_mebibytes` of the process so far, and what it `told`."""
    cpu, wall = _cpu_seconds(), time.perf_counter()
    told = work(count)
    return {
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": _cpu_seconds() - cpu,
        "peak_mebibytes": _peak_mebibytes(),
        "told": told,
    }


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _peak_mebibytes() -> int:
    # Not getrusage: its peak is that of the process that was forked from, when that one was larger.
    status = pathlib.Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) // 1024
