"""A small file system on a folder, seen by one process and by what it starts."""

import ctypes
import os
import pathlib
import runpy
import subprocess
import sys
from collections.abc import Sequence

# Of sched.h and sys/mount.h.
_NEW_NAMESPACES = 0x10000000 | 0x00020000  # CLONE_NEWUSER, CLONE_NEWNS
_PRIVATE = (1 << 14) | (1 << 18)  # MS_REC, MS_PRIVATE
_LIBC = ctypes.CDLL(None, use_errno=True)


def mount_small_disk(folder: str, *, mebibytes: int) -> None:
    """Mount an empty one on a folder, in a mount namespace of this process, which has one thread; raises OSError."""
    user, group = os.getuid(), os.getgid()
    _check(_LIBC.unshare(_NEW_NAMESPACES))
    own = pathlib.Path("/proc/self")
    (own / "setgroups").write_text("deny")
    (own / "uid_map").write_text(f"0 {user} 1")
    (own / "gid_map").write_text(f"0 {group} 1")
    _check(_LIBC.mount(b"none", b"/", None, _PRIVATE, None))
    _check(_LIBC.mount(b"none", os.fsencode(folder), b"tmpfs", 0, b"size=%dm" % mebibytes))


def _check(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def run_command(arguments: Sequence[str], *, folder: str, others: str = "true", left: str) -> None:
    """Run `bert-tf`, and say with what status it ended and what it left, on standard error.

    Args:
        arguments: Its own.
        folder: That the disk is on.
        others: A shell's script that runs beside it, such as one that fills the disk; `$0` is the folder, `$1` the id
            of this process, which it had better stop while that takes.
        left: A shell's script that lists what was left; `$0` is the folder.
    """
    sys.argv = ["bert-tf", *arguments]
    with subprocess.Popen(["sh", "-c", others, folder, str(os.getpid())]):
        try:
            runpy.run_module("bert_tf.cli", run_name="__main__", alter_sys=True)
        except SystemExit as end:
            sys.stderr.write(f"status {end.code}\n")
            sys.stderr.flush()
    subprocess.run(["sh", "-c", f"{left} >&2", folder], check=True)
