"""Folders beside a version, `hub/` and `serving/`: written apart, they take their places together with the version."""

import contextlib
import pathlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bert_tf.atomic import new_folder
from bert_tf.errors import ExportError
from bert_tf.export.checksums import NAME, folder_sha256, remove_empty_folders, sums_text

# Writes files of its own into a folder, given what the manifest says.
FactsWriter = Callable[[pathlib.Path, Mapping[str, Any]], None]

# Behind the name of a folder that made room for the next. Not a name that temporaries have: those are removed.
_OLD = ".before"


@contextlib.contextmanager
def written_beside(
    model_folder: pathlib.Path, writers: Mapping[str, FactsWriter], facts: Mapping[str, Any]
) -> Iterator[dict[str, dict[str, str]]]:
    """Yield the hashes of the files of new folders, by folder; on leaving they take their places.

    What stood there makes room and is kept, until `making_room` is left.

    Args:
        model_folder: Gets the folders.
        writers: By the folder's name.
        facts: What the manifest says.
    """
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(_staged(model_folder / name, write, facts)) for name, write in writers.items()}


@contextlib.contextmanager
def making_room(model_folder: pathlib.Path) -> Iterator[None]:
    """What made room is gone afterwards, or stands again where something went wrong."""
    try:
        yield
    except BaseException:
        put_back(model_folder)
        raise
    forget(model_folder)


def put_back(model_folder: pathlib.Path) -> None:
    """Let what made room stand again."""
    for old in model_folder.glob(f".*{_OLD}"):
        place = _place(old)
        shutil.rmtree(place, ignore_errors=True)
        old.rename(place)


def forget(model_folder: pathlib.Path) -> None:
    """Remove what made room, unless nothing came to stand there."""
    for old in model_folder.glob(f".*{_OLD}"):
        if _place(old).exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(_place(old))


def is_making_room(name: str) -> bool:
    """Whether a name is that of what made room."""
    return name.startswith(".") and name.endswith(_OLD)


def _place(old: pathlib.Path) -> pathlib.Path:
    return old.with_name(old.name.removeprefix(".").removesuffix(_OLD))


@contextlib.contextmanager
def _staged(folder: pathlib.Path, write: FactsWriter, facts: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    with new_folder(folder, error=ExportError, private=False) as temporary:
        write(temporary, facts)
        remove_empty_folders(temporary)
        (temporary / NAME).write_text(sums_text(folder_sha256(temporary)), encoding="utf-8")
        yield folder_sha256(temporary)
        if folder.exists():
            folder.rename(folder.with_name(f".{folder.name}{_OLD}"))
