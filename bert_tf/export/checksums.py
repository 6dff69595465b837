"""SHA-256 of every file of an exported model, and what of a folder is not as it was written."""

import hashlib
import os
import pathlib
from collections.abc import Collection, Mapping

from bert_tf.errors import EXPORT_AGAIN, VerifyError

NAME = "SHA256SUMS"
_MISSING, _CHANGED, _ADDED = "missing", "changed", "added"
_SENTENCES = {
    _MISSING: ("A file of the exported model is missing.", "copy the complete folder again"),
    _CHANGED: (
        "A file of the exported model has changed since it was written.",
        "copy the model again, or export it again",
    ),
    _ADDED: (
        "The exported model has an extra file that was not written with it.",
        "remove it, or copy the model again",
    ),
}


def file_sha256(path: pathlib.Path) -> str:
    """Hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_sha256(folder: pathlib.Path) -> dict[str, str]:
    """Hex SHA-256 of every file below a folder, by its path in the folder; links are not followed."""
    return {name: file_sha256(folder / name) for name in sorted(folder_entries(folder)[0])}


def folder_entries(folder: pathlib.Path) -> tuple[set[str], dict[str, str]]:
    """Paths in a folder of all files below it, and what else there is by path: links, empty folders, pipes."""
    files: set[str] = set()
    others: dict[str, str] = {}
    waiting = [folder]
    if folder.is_symlink():
        return files, {".": "a link"}
    while waiting:
        here = waiting.pop()
        with os.scandir(here) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        if not entries:
            others[here.relative_to(folder).as_posix()] = "an empty folder"
        for entry in entries:
            path = here / entry.name
            name = path.relative_to(folder).as_posix()
            if entry.is_symlink():
                others[name] = "a link"
            elif entry.is_dir():
                waiting.append(path)
            elif entry.is_file():
                files.add(name)
            else:
                others[name] = "neither a file nor a folder"
    return files, others


def remove_empty_folders(folder: pathlib.Path) -> None:
    """Remove folders below a folder that hold nothing: TensorFlow writes some, and copying often loses them."""
    for here, _, _ in os.walk(folder, topdown=False):
        if pathlib.Path(here) != folder and not os.listdir(here):
            os.rmdir(here)


def sums_text(sums: Mapping[str, str]) -> str:
    """What `sha256sum` prints for these files, and `sha256sum --check` reads: a line `<hex>  <path>` for each."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(sums.items()))


def read_sums(path: pathlib.Path) -> dict[str, str]:
    """Hex SHA-256 by path; raises VerifyError when the file is missing or not of `sums_text`'s form."""
    try:
        pairs = [line.split("  ", 1) for line in path.read_text(encoding="utf-8").splitlines()]
        return {name: digest for digest, name in pairs}
    except (OSError, ValueError) as problem:
        raise VerifyError(
            "The exported model's list of hashes is missing or unreadable.",
            where=str(path),
            hint=EXPORT_AGAIN,
        ) from problem


def differences(folder: pathlib.Path, sums: Mapping[str, str], *, but: Collection[str] = ()) -> list[tuple[str, str]]:
    """What of a folder is not as it was written: path and "missing", "changed", "added", or what is there in its place.

    Args:
        folder: What the paths are relative to; where there is none, all is missing.
        sums: Hex SHA-256 of every file by path.
        but: Paths of files that may be there or not, with any content.
    """
    if not folder.is_dir():
        return [(name, _MISSING) for name in sorted(sums)]
    files, others = folder_entries(folder)
    found = dict(others)
    found |= dict.fromkeys(files - sums.keys() - set(but), _ADDED)
    found |= dict.fromkeys(sums.keys() - files - others.keys(), _MISSING)
    found |= {name: _CHANGED for name in files & sums.keys() if file_sha256(folder / name) != sums[name]}
    return sorted(found.items())


def check_file(path: pathlib.Path, expected: str) -> None:
    """Raises VerifyError when a file doesn't have a hex SHA-256."""
    if file_sha256(path) != expected:
        said, hint = _SENTENCES[_CHANGED]
        raise VerifyError(said, where=str(path), hint=hint)


def check_folder(folder: pathlib.Path, sums: Mapping[str, str], *, but: Collection[str] = ()) -> None:
    """Raises VerifyError when `differences` finds something; names the first."""
    for name, what in differences(folder, sums, but=but)[:1]:
        said, hint = _SENTENCES.get(
            what, (f"The exported model contains {what}; only regular files are allowed.", "copy the model again")
        )
        raise VerifyError(said, where=str(folder / name), hint=hint)
