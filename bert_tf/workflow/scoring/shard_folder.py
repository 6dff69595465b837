"""A folder of scored files: what was asked for, and which files are done; a killed command's are kept."""

import contextlib
import dataclasses
import fcntl
import logging
import os
import pathlib
import time
from collections.abc import Iterator, Mapping
from typing import Any

from bert_tf.atomic import new_file
from bert_tf.errors import DataError
from bert_tf.integrity import file_sha256, read_document, write_document
from bert_tf.permissions import private_folder
from bert_tf.system_errors import system_errors_as
from bert_tf.temporaries import remove_leftovers
from bert_tf.workflow.scoring.shard_plan import ShardPlan

_LOG = logging.getLogger(__name__)
# Spark, Arrow and Hive leave out what begins with an underscore when they read a folder, and take _SUCCESS for whole.
_STATE, _SUCCESS = "_score", "_SUCCESS"
_PLAN, _LOCK, _CLAIMS, _PIPELINE = "plan.json", "lock", "claims", "pipeline"
_SECONDS_TO_WAIT = 5.0  # for the workers of a command that was killed
_MOST_PARTS = 1 << 32
_KEYS: dict[str, type | tuple[type, ...]] = {
    "rows": int, "lines": int, "defused": int, "is_last": bool, "summary": dict, "notes": dict, "sha256": str
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Shard:
    """An output file that is done.

    Attributes:
        rows: In it.
        lines: Of the input, a text file, that were read for it; else rows.
        defused: Cells that got an apostrophe.
        is_last: Whether its input ends there.
        summary: What its answers come to, as of `Tally.facts`.
        notes: As of `Notes.as_json`.
        sha256: Of the file.
    """

    rows: int
    lines: int
    defused: int
    is_last: bool
    summary: Mapping[str, Any]
    notes: Mapping[str, Any]
    sha256: str


class ShardFolder:
    """A folder that answers go to.

    Args:
        path: It need not exist yet.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self.path, self._state = path, path / _STATE
        self._claims: int | None = None

    @contextlib.contextmanager
    def held(self) -> Iterator[int]:
        """Keep other commands from the folder; yields a descriptor that keeps them off as long as a process has it.

        Raises:
            DataError: another command is at it, the folder can't be written, or has other things in it.
        """
        hint = "choose a writable folder with --out"
        with system_errors_as(DataError, "The folder can't be written", where=str(self.path), hint=hint):
            if self.path.is_dir() and not self._state.is_dir() and any(self.path.iterdir()):
                raise DataError(
                    f"{self.path} has files that `bert-tf score` didn't write.",
                    where=str(self.path),
                    hint="choose a new or an empty folder",
                )
            private_folder(self._state)
            descriptor = os.open(self._state / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._lock(descriptor)
            remove_leftovers(self.path)
            yield descriptor
        finally:
            os.close(descriptor)
            if self._claims is not None:
                os.close(self._claims)
                self._claims = None

    def _lock(self, descriptor: int) -> None:
        until = time.monotonic() + _SECONDS_TO_WAIT
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise DataError(
                        f"Another process is scoring into {self.path}.",
                        where=str(self.path),
                        hint="wait for it, or choose another folder",
                    ) from None
                time.sleep(0.1)
            except OSError:  # no locks on this file system
                return
            else:
                return

    def plan(self, asked: Mapping[str, Any]) -> ShardPlan | None:
        """The plan that an earlier command wrote; None in a new folder, or where that made nothing of another plan.

        Raises:
            DataError: there are files of something else that was asked for.
        """
        try:
            known = read_document(self._state / _PLAN, {"asked": dict, "kind": str, "columns": list, "stems": list})
        except (OSError, ValueError):
            return None
        other = list(_differences(known["asked"], asked))
        if other and not self._documents():
            return None
        if other:
            raise DataError(
                f"{self.path} has results of another command, with other values of: {', '.join(other)}.",
                where=str(self.path),
                hint="choose another folder, or remove this one",
            )
        return ShardPlan(**known)

    def begin(self, plan: ShardPlan) -> None:
        """Write the plan of a new folder, or of one whose plan is damaged: nobody knows what its files are of, and a
        reader of the folder would read them with the others."""
        (self.path / _SUCCESS).unlink(missing_ok=True)
        for document in self._documents():
            (self.path / document.stem).unlink(missing_ok=True)
            document.unlink()
        write_document(self._state / _PLAN, dataclasses.asdict(plan), error=DataError)

    def keep_whole_ones(self) -> list[Shard]:
        """Forget the files that are damaged or gone, and that the folder was whole; what is left."""
        kept = []
        (self.path / _SUCCESS).unlink(missing_ok=True)
        for document in self._documents():
            path = self.path / document.stem
            shard = self.shard(path.name)
            if shard is not None and path.is_file() and file_sha256(path) == shard.sha256:
                kept.append(shard)
                continue
            _LOG.warning("%s is damaged or missing and will be made again.", path)
            document.unlink()
        return kept

    def names(self) -> list[str]:
        """Of the files that are done, sorted."""
        return sorted(document.stem for document in self._documents())

    def _documents(self) -> list[pathlib.Path]:
        return [path for path in self._state.glob("*.json") if path.name != _PLAN]

    def shard(self, name: str) -> Shard | None:
        """What is known of a file that is done; None of others."""
        try:
            return Shard(**read_document(self.document(name), _KEYS))
        except (OSError, ValueError):
            return None

    def shards(self, plan: ShardPlan, number: int) -> list[Shard] | None:
        """All files of an input; None where one is not done."""
        found: list[Shard] = []
        while not found or not found[-1].is_last:
            shard = self.shard(plan.name(number, len(found)))
            if shard is None:
                return None
            found.append(shard)
        return found

    def claim(self, number: int, part: int) -> bool:
        """Whether this process may make a file: no other that works on the folder does."""
        if self._claims is None:
            self._claims = os.open(self._state / _CLAIMS, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            # Of this process as long as it lives, however it ends.
            fcntl.lockf(self._claims, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number * _MOST_PARTS + part)
        except (BlockingIOError, PermissionError):
            return False
        except OSError:  # no locks on this file system: a file is made twice, with the same bytes
            return True
        return True

    def finish(self, name: str, shard: Shard) -> None:
        """Write down that a file is done."""
        write_document(self.document(name), dataclasses.asdict(shard), error=DataError)

    def document(self, name: str) -> pathlib.Path:
        """Where what is known of a file stands."""
        return self._state / f"{name}.json"

    @property
    def pipeline(self) -> pathlib.Path:
        """Where files of a pipeline stand until they are complete."""
        return self._state / _PIPELINE

    def succeed(self) -> None:
        """Mark the folder as whole."""
        with new_file(self.path / _SUCCESS, error=DataError):
            pass


def _differences(known: Mapping[str, Any], asked: Mapping[str, Any]) -> Iterator[str]:
    """What two commands differ in: `model`, `input`, and options as they are written on the command line."""
    for name, value in asked.items():
        if name == "options":
            before = known.get(name, {})
            yield from (f"--{key.replace('_', '-')}" for key in value if before.get(key) != value[key])
        elif known.get(name) != value:
            yield name
