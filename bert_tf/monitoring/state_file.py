"""The file of a monitor's state: whether it is as the last process left it, and sentences for what SQLite says of it.

SQLite has no checksums of what a table holds. So a process that ends leaves a hash of the file beside it, which the
next one holds it against. One that is killed leaves none; then only the file's structure can be checked.
"""

import contextlib
import hashlib
import json
import os
import pathlib
import sqlite3
from collections.abc import Iterator
from typing import Any

from bert_tf.atomic import new_file
from bert_tf.errors import RunError
from bert_tf.integrity import file_sha256

_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
# What has to do with the disk and its rights, and not with what stands in the file.
_OF_THE_DISK = (
    sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
)  # fmt: skip


class StateSeal:
    """The hash beside a state; `state.sqlite` has it in `state.sha256`.

    Args:
        path: Of the state.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self._path, self._sum = path, path.with_suffix(".sha256")
        self._is_broken = False

    def check(self) -> bool:
        """Whether there is a hash; raises sqlite3.DatabaseError where the file is another one than it was made of."""
        try:
            expected = self._sum.read_bytes()
        except FileNotFoundError:
            return False
        if expected != self._content():
            raise sqlite3.DatabaseError("it is not as the last process left it")
        return True

    def break_it(self) -> None:
        """Remove the hash, for good, before the state changes; whoever calls this has the state's lock."""
        self._is_broken = True
        with contextlib.suppress(FileNotFoundError):
            self._sum.unlink()
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def renew(self) -> None:
        """Write the hash again where it was removed, once the state is closed and all of it is in its file."""
        if self._is_broken and not self._path.with_name(f"{self._path.name}-wal").exists():
            # A state without its hash is read all the same: no reason to fail.
            with contextlib.suppress(OSError, RunError), new_file(self._sum, error=RunError) as temporary:
                temporary.write_bytes(self._content())

    def _content(self) -> bytes:
        # As `sha256sum --check` reads it.
        return f"{file_sha256(self._path)}  {self._path.name}\n".encode()


def check_structure(database: sqlite3.Connection) -> None:
    """Raises sqlite3.DatabaseError where pages, records or their order are broken."""
    ((found,),) = database.execute("PRAGMA integrity_check(1)")
    if found != "ok":
        raise sqlite3.DatabaseError(str(found).splitlines()[-1])


@contextlib.contextmanager
def state_told(path: pathlib.Path) -> Iterator[None]:
    """Turn what SQLite and the operating system say of a state into a sentence."""
    try:
        yield
    except sqlite3.DatabaseError as problem:
        code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
        if code in _LOCKED:
            raise RunError(
                "Another process monitors into this folder.",
                where=str(path.parent),
                hint="stop it first, or choose another --out",
            ) from problem
        if code in _OF_THE_DISK:
            raise RunError(f"{path.name} can't be written: {problem}.", where=str(path), kind="machine") from problem
        raise damaged(path, str(problem)) from problem
    except UnicodeDecodeError as problem:
        raise damaged(path, "a text in it is not UTF-8") from problem
    except OSError as problem:
        raise RunError(
            f"{path.name} can't be written: {problem.strerror}.", where=str(path), kind="machine"
        ) from problem


def dump_json(value: object) -> str:
    """A value as a state holds it: JSON behind a hash of it, for a state that has no hash beside it."""
    text = json.dumps(value)
    return f"{_text_hash(text)} {text}"


def load_json(kept: str, path: pathlib.Path) -> Any:
    """What `dump_json` was given; raises RunError where it has changed."""
    expected, _, text = kept.partition(" ")
    if expected != _text_hash(text):
        raise damaged(path, "a value in it has changed since it was written")
    return json.loads(text)


def _text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def damaged(path: pathlib.Path, reason: str) -> RunError:
    """The error of a state that can't be used."""
    return RunError(
        f"{path.name} is damaged: {reason}.",
        where=str(path),
        hint="restore it from a backup, or choose another --out and count again",
    )
