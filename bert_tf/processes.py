"""Which process it is, whether it is gone, whatever the clock says meanwhile, and ending with another one."""

import ctypes
import os
import pathlib
import platform
import signal
import sys
import threading
from collections.abc import Mapping
from typing import Any

_PROC = pathlib.Path("/proc")
_STATE, _START = 0, 19  # fields of /proc/<id>/stat, from the third on: proc_pid_stat(5)
_ENDED = "ZX"
_PR_SET_PDEATHSIG = 1  # prctl(2)


def this_process() -> dict[str, Any]:
    """What tells this process from all others, in a form for JSON.

    Returns:
        `id`, `host`, and on Linux `boot` (of the machine), `namespace` (that the id is of) and `ticks` (of the
        machine's own counter when the process started; a clock that is set does not move it).
    """
    known = {"id": os.getpid(), "host": platform.node()}
    fields = _fields(os.getpid())
    return known if fields is None else {**known, **_surroundings(), "ticks": int(fields[_START])}


def is_gone(process: Mapping[str, Any] | None) -> bool:
    """Whether a process of this machine has ended; of another machine's or container's nothing is known: False."""
    if process is None or process.get("host") != platform.node() or "ticks" not in process:
        return False
    here = _surroundings()
    if process["boot"] != here["boot"]:
        return True
    if process["namespace"] != here["namespace"]:
        return False
    fields = _fields(process["id"])
    return fields is None or fields[_STATE] in _ENDED or int(fields[_START]) != process["ticks"]


def end_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends, however that ends; where it can't, do nothing.

    Args:
        parent: Its id, as it was when this process began.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def end_with_input(status: int) -> None:
    """Have this process end once its standard input does, as it does when the process that writes to it is gone.

    Args:
        status: Exit status then.
    """

    def wait() -> None:
        # Not through sys.stdin: its lock would be held when this process ends by an error.
        while os.read(0, 1):
            pass
        os._exit(status)

    threading.Thread(target=wait, daemon=True, name="parent").start()


def _surroundings() -> dict[str, str]:
    return {
        "boot": (_PROC / "sys/kernel/random/boot_id").read_text().strip(),
        "namespace": os.readlink(_PROC / "self/ns/pid"),
    }


def _fields(number: int) -> list[str] | None:
    """What the system says of a process behind its name, which may hold blanks; None where there is none."""
    try:
        return (_PROC / str(number) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
