"""Files by path, glob or URI, on this machine or on any filesystem that pyarrow opens."""

import glob
import os
import re
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import NamedTuple

import pyarrow as pa
from pyarrow import fs

from bert_tf.errors import DataError
from bert_tf.nearest_name import did_you_mean

_REMOTE = (
    "check its name, the network and your credentials for it, or the client library that pyarrow loads for it: "
    "pyarrow.fs.FileSystem.from_uri opens s3, gs, abfs, hdfs and file"
)
# What is left of a variable that the environment doesn't have.
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
# "C:\temp" in a recipe has a tab in it.
_BACKSLASHES = "put a path with backslashes in single quotes: train = 'C:\\data\\train.csv'"


class Location(NamedTuple):
    """A file, and the name a user knows it by."""

    filesystem: fs.FileSystem
    path: str
    name: str


def find_files(pattern: str) -> list[Location]:
    """The files of a path, glob or URI (`s3://…`, `gs://…`, `file://…`), sorted by path.

    A local path is relative to the working directory; `~` and `$VARIABLES` are expanded and `**` spans folders. What
    is there by the very name that was given is meant, whatever characters it has, and so are folders in front of a
    pattern.
    In a URI only `*` is a wildcard: `?` begins its parameters there.

    Raises:
        DataError: No file matches; names the nearest one. Or the filesystem can't be reached.
    """
    try:
        if "://" in pattern:
            filesystem, path = fs.FileSystem.from_uri(pattern)
            paths = _match(filesystem, path)
        else:
            filesystem, path = fs.LocalFileSystem(), _expanded(pattern)
            paths = [path] if os.path.exists(path) else glob.glob(_escaped(path), recursive=True)
        files = sorted(entry.path for entry in filesystem.get_file_info(paths) if entry.type == fs.FileType.File)
        if not files:
            raise _nothing_found(filesystem, path, pattern)
    except (OSError, ValueError, pa.ArrowException) as error:
        # ValueError: a zero byte, or half a surrogate pair.
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        hint = _REMOTE if "://" in pattern and not pattern.startswith("file:") else None
        raise DataError(f"{pattern!r} can't be opened: {reason}.", where="data", hint=hint) from error
    scheme = f"{pattern.partition('://')[0]}://" if "://" in pattern else ""
    return [Location(filesystem, file, f"{scheme}{file}") for file in files]


def is_file(path: str) -> bool:
    """Whether a local file has this very name, or has it once `~` and `$VARIABLES` are expanded."""
    try:
        return os.path.isfile(_expanded(path))
    except ValueError:
        return False


def _expanded(path: str) -> str:
    return path if os.path.exists(path) else os.path.expandvars(os.path.expanduser(path))


def _escaped(pattern: str) -> str:
    """A pattern whose first folders are those that are there by these very names, brackets and all."""
    folder, rest = "", pattern
    while "/" in rest:
        part, _, following = rest.partition("/")
        if not os.path.isdir(f"{folder}{part}/"):
            break
        folder, rest = f"{folder}{part}/", following
    return f"{glob.escape(folder)}{rest}"


def _match(filesystem: fs.FileSystem, path: str) -> list[str]:
    if "*" not in path:
        return [path]
    parts = PurePosixPath(path).parts
    fixed = next(number for number, part in enumerate(parts) if "*" in part)
    selector = fs.FileSelector(
        str(PurePosixPath(*parts[:fixed])), recursive=fixed < len(parts) - 1, allow_not_found=True
    )
    found = [PurePosixPath(entry.path) for entry in filesystem.get_file_info(selector)]
    return [str(file) for file in found if len(file.parts) == len(parts) and _fits(file.parts, parts)]


def _fits(names: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    return all(fnmatchcase(name, pattern) for name, pattern in zip(names, patterns, strict=True))


def _nothing_found(filesystem: fs.FileSystem, path: str, pattern: str) -> DataError:
    folder, _, name = path.rpartition("/")
    entry = filesystem.get_file_info(path)
    if entry.type == fs.FileType.Directory:
        return DataError(f"{pattern!r} is a folder, not a file.", hint=f"a glob such as {path.rstrip('/')}/*.csv")
    is_local = isinstance(filesystem, fs.LocalFileSystem)
    if is_local and (unset := _VARIABLE.search(path)):
        name = unset[1] or unset[2]
        hint = f"the environment variable {name} is not set: export {name}=FOLDER"
        return DataError(f"No file matches {pattern!r}.", where=pattern, hint=hint)
    there = filesystem.get_file_info(fs.FileSelector(folder or ".", allow_not_found=True))
    names = sorted(entry.base_name for entry in there if entry.type == fs.FileType.File)
    return DataError(
        f"No file matches {pattern!r}.",
        where=os.path.abspath(folder or ".") if is_local else folder,
        hint=(None if pattern.isprintable() else _BACKSLASHES)
        or (_no_such_folder(folder) if is_local else None)
        or did_you_mean(name, names)
        or (f"files there: {', '.join(names[:10])}" if names else "that folder has no files"),
    )


def _no_such_folder(folder: str) -> str | None:
    """That a local folder isn't there, and what its path starts at: the data of a run that was moved, say."""
    if not folder or os.path.isdir(folder) or glob.has_magic(folder):
        return None
    start = "" if os.path.isabs(folder) else f"; {folder!r} is looked for in {os.getcwd()}, where the command runs"
    return f"there is no such folder{start}"
