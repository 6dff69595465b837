"""Files and folders that are there whole or not at all: written beside their place, moved in by one rename."""

import contextlib
import errno
import os
import pathlib
import shutil
import uuid
from collections.abc import Iterator

from bert_tf.errors import BertTfError
from bert_tf.permissions import follow_umask, make_private, private_folder
from bert_tf.system_errors import reason_of
from bert_tf.temporaries import temporary_file, temporary_folder

_FULL = "the disk is full"


@contextlib.contextmanager
def new_file(path: pathlib.Path, *, error: type[BertTfError], private: bool = True) -> Iterator[pathlib.Path]:
    """Yield a temporary path in the folder of `path`; on leaving it becomes `path`, or nothing at all.

    Args:
        path: Where the file shall stand; what stands there already is replaced in one step.
        error: What is raised, with a sentence, when the disk is full or the folder can't be written.
        private: Only its owner may read it, whatever the umask, nor look into folders that are made on the way to it.
    """
    with _told_as(error, path):
        _make_folder(path.parent, private=private)
        with temporary_file(path, private=private) as temporary:
            yield temporary
            _flush(temporary)
            os.replace(temporary, path)
            _flush_folder(path.parent)


@contextlib.contextmanager
def new_folder(path: pathlib.Path, *, error: type[BertTfError], private: bool = True) -> Iterator[pathlib.Path]:
    """Yield a temporary folder beside `path`; on leaving it becomes `path`, or nothing at all.

    Args:
        path: Where the folder shall stand. It must not exist: a folder can't be replaced in one step.
        error: What is raised, with a sentence, when `path` exists, the disk is full or can't be written.
        private: Only its owner may read what is in it, whatever the umask; else all may whom the umask lets, also
            files that a library made for their owner alone.
    """
    with _told_as(error, path):
        _make_folder(path.parent, private=private)
        with temporary_folder(path, private=private) as temporary:
            yield temporary
            make_private(temporary) if private else follow_umask(temporary)
            for file in temporary.rglob("*"):
                _flush(file) if file.is_file() else _flush_folder(file)
            _flush_folder(temporary)
            os.rename(temporary, path)
            _flush_folder(path.parent)


def remove_folder(folder: pathlib.Path) -> None:
    """Remove a folder: nobody who looks meanwhile, and nobody after a kill, finds a part of it under its name."""
    going = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}")
    folder.rename(going)
    # Another process may take it for a leftover and be at it too; what is left is one.
    shutil.rmtree(going, ignore_errors=True)


def link_or_copy(source: str, place: str) -> None:
    """Have `place` hold the bytes of `source`, once on the disk where it can link; for files that nobody changes."""
    try:
        os.link(source, place)
    except OSError:  # another file system, or one without hard links
        shutil.copy2(source, place)


def _make_folder(folder: pathlib.Path, *, private: bool) -> None:
    if not private:
        folder.mkdir(parents=True, exist_ok=True)
    elif not folder.is_dir():
        private_folder(folder)


@contextlib.contextmanager
def _told_as(error: type[BertTfError], path: pathlib.Path) -> Iterator[None]:
    """Turn what the operating system, or TensorFlow writing on it, says into a sentence."""
    try:
        yield
    except Exception as problem:
        reason = _reason(problem)
        if reason is None:
            raise
        raise error(
            f"{path.name} could not be written: {reason}. No partial file was left behind.",
            where=str(path.parent),
            hint=_hint(path, reason),
            kind="machine",
        ) from problem


def _hint(path: pathlib.Path, reason: str) -> str:
    if reason != _FULL:
        return "choose a writable folder"
    folder = next(parent for parent in path.resolve().parents if parent.exists())
    return f"{shutil.disk_usage(folder).free >> 20} MiB are free; free some space or choose another folder"


def _reason(problem: Exception) -> str | None:
    number = getattr(problem, "errno", None)
    if isinstance(problem, OSError) and number is not None:
        return _FULL if number == errno.ENOSPC else reason_of(problem)
    # TensorFlow and safetensors say ENOSPC in words only.
    if "No space left on device" in str(problem):
        return _FULL
    return None


def _flush(path: pathlib.Path) -> None:
    """Bring a file's bytes to the disk, so that a rename never outlives what it names."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: pathlib.Path) -> None:
    """Bring a folder's names to the disk, so that a rename outlives a power failure."""
    # Not every file system can: what it says is no reason to fail.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
