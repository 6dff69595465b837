"""One process at a time trains a run: it holds a lock, which the kernel takes back however the process ends."""

import contextlib
import fcntl
import os
import pathlib
import time
from collections.abc import Iterator

from bert_tf.errors import RunError

_LOCK = ".lock"
# Whoever asks whether it is held has it for a moment.
_TRIES, _BETWEEN_TRIES = 20, 0.05


@contextlib.contextmanager
def held_run(folder: pathlib.Path) -> Iterator[None]:
    """Hold a run's folder; on a file system without locks, just yield.

    Raises:
        RunError: another process holds it, on this machine or another, or the folder can't be written.
    """
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        raise RunError(
            f"The run can't be resumed: {problem.strerror}.",
            where=str(folder),
            hint="make its folder writable, or copy it",
            kind="machine",
        ) from problem
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def is_held(folder: pathlib.Path) -> bool | None:
    """Whether a process trains a run; None where that is not known: an older run, or a file system without locks."""
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return False


def _lock(descriptor: int, folder: pathlib.Path) -> None:
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_BETWEEN_TRIES)
        except OSError:
            return  # nobody else can take one either
        else:
            return
    raise RunError(
        "Another process is training this run.",
        where=str(folder),
        hint="wait for it, or stop it first",
    )
