"""What is being written: under a name of its own that begins with a dot, and locked by the process that writes it.

The kernel takes a lock back however its process ends. So a temporary that can be locked was left by a process that is
gone, and the next one removes it; one of a process that lives, on this machine or another, is never touched.
"""

import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import stat
import tempfile
import uuid
from collections.abc import Callable, Iterator

from bert_tf.errors import MachineError
from bert_tf.system_errors import system_errors_as

_NAME = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{8}")
_SCRATCH = f"bert-tf-{os.getuid()}"
_LOOKED_AT = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


@contextlib.contextmanager
def temporary_file(path: pathlib.Path, *, private: bool = True) -> Iterator[pathlib.Path]:
    """Yield an empty file beside `path` that is gone afterwards, unless it was moved there.

    Args:
        path: What it is going to be. What killed processes left of it is removed.
        private: Only its owner may read it; else whom the umask lets.
    """
    mode = 0o600 if private else 0o666

    def make(temporary: pathlib.Path) -> None:
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))

    with _locked(path, make) as temporary:
        try:
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def temporary_folder(path: pathlib.Path, *, private: bool = True) -> Iterator[pathlib.Path]:
    """Yield an empty folder beside `path`, as `temporary_file` does a file."""
    mode = 0o700 if private else 0o777
    with _locked(path, lambda temporary: temporary.mkdir(mode)) as temporary:
        try:
            yield temporary
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


@contextlib.contextmanager
def scratch_folder() -> Iterator[pathlib.Path]:
    """Yield an empty folder, where the system keeps temporary files, that only its owner may read.

    Raises:
        MachineError: there is no such place that can be written.
    """
    with contextlib.ExitStack() as stack:
        hint = "free some space there, or set TMPDIR to a writable folder"
        with system_errors_as(MachineError, "Temporary files can't be written", hint=hint):
            place = pathlib.Path(tempfile.gettempdir(), _SCRATCH)
            folder = stack.enter_context(temporary_folder(place))
        yield folder


def remove_leftovers(folder: pathlib.Path, *, but: str | None = None) -> None:
    """Remove what processes that are gone left half-written in a folder and below it, but for folders of one name."""
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            if _NAME.fullmatch(name):
                _remove_unless_held(pathlib.Path(parent, name))
        folders[:] = [name for name in folders if name != but and not _NAME.fullmatch(name)]


@contextlib.contextmanager
def _locked(path: pathlib.Path, make: Callable[[pathlib.Path], None]) -> Iterator[pathlib.Path]:
    """Yield a name beside a path, where something was made that this process holds locked."""
    for left in path.parent.glob(f".{_escaped(path.name)}.*"):
        if (found := _NAME.fullmatch(left.name)) and found["name"] == path.name:
            _remove_unless_held(left)
    while True:
        temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
        make(temporary)
        descriptor = _lock(temporary)
        if descriptor is not None:
            break
    try:
        yield temporary
    finally:
        os.close(descriptor)


def _lock(temporary: pathlib.Path) -> int | None:
    """Hold what was just made; None where another process took it for a leftover in the moment before."""
    try:
        descriptor = os.open(temporary, os.O_RDONLY)
    except FileNotFoundError:
        return None
    with contextlib.suppress(OSError):  # no locks on this file system: nobody else can take one either
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    if temporary.exists():
        return descriptor
    os.close(descriptor)
    return None


def _remove_unless_held(path: pathlib.Path) -> None:
    with contextlib.suppress(OSError):  # held, gone, or somebody else's
        mode = path.lstat().st_mode
        if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
            return
        descriptor = os.open(path, _LOOKED_AT)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True) if stat.S_ISDIR(mode) else path.unlink()
        finally:
            os.close(descriptor)


def _escaped(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)
