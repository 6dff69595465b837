"""Whether a file is still as it was written: files that carry a hash of their own content, and hashes kept elsewhere.

A file's name is hashed with its content, so that two files that changed places are found. This finds damage and
mistakes, not an attacker: who can write a file can write its hash.
"""

import hashlib
import json
import pathlib
from collections.abc import Mapping
from typing import Any, BinaryIO

from bert_tf.atomic import new_file
from bert_tf.documents import check_table, parse_json
from bert_tf.errors import BertTfError

HASH = "content_sha256"
_CHANGED = "its content has changed since it was written"
_NO_HASH = "it has no hash of its content"
# In front of a seal's hash. A protocol buffer reads both as a field that it doesn't know: number 2**29 - 1, 32 bytes.
_MARK = b"\xfa\xff\xff\xff\x0f\x20"
_SEAL_BYTES = len(_MARK) + hashlib.sha256().digest_size
_CHUNK_BYTES = 1 << 20


def file_sha256(path: pathlib.Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_files(folder: pathlib.Path, sums: Mapping[str, str]) -> None:
    """Hold the files of a folder against their hashes.

    Args:
        folder: Holds them, and nothing else but what is hidden.
        sums: Hexadecimal SHA-256 by name.

    Raises:
        ValueError: a file is missing, added or not as it was written; names the first.
        OSError: a file can't be read.
    """
    for name, expected in sums.items():
        if not (folder / name).is_file():
            raise ValueError(f"its {name} is missing")
        if file_sha256(folder / name) != expected:
            raise ValueError(f"its {name} has changed since it was written")
    added = sorted(path.name for path in folder.iterdir() if path.name not in sums and not path.name.startswith("."))
    if added:
        raise ValueError(f"its {added[0]} was added later")


def write_document(path: pathlib.Path, content: Mapping[str, Any], *, error: type[BertTfError]) -> None:
    """Write JSON with a hash of its content and of the file's name.

    Args:
        path: Replaced in one step.
        content: What JSON can hold.
        error: Raised when the disk is full or the folder can't be written.
    """
    values = json.loads(json.dumps(content))
    text = json.dumps({**values, HASH: _document_sha256(path.name, values)}, indent=2, ensure_ascii=False)
    with new_file(path, error=error) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def read_document(path: pathlib.Path, required: Mapping[str, type | tuple[type, ...]]) -> dict[str, Any]:
    """What `write_document` wrote, without its hash.

    Args:
        path: The file, under the name under which it was written.
        required: As of `check_table`.

    Raises:
        OSError: it can't be read. ValueError: it is damaged, says why.
    """
    values = check_table(parse_json(path.read_bytes()), {})
    if HASH not in values:
        raise ValueError(_NO_HASH)
    if values.pop(HASH) != _document_sha256(path.name, values):
        raise ValueError(_CHANGED)
    return check_table(values, required)


def _document_sha256(name: str, values: Mapping[str, Any]) -> str:
    # What doesn't change the values, such as white space, is no damage.
    return hashlib.sha256(f"{name}\n{json.dumps(values, sort_keys=True)}".encode()).hexdigest()


def seal(path: pathlib.Path, *, name: str, behind: int = 0) -> None:
    """Put a hash of a file's content into it: at its end, or in front of its last bytes.

    Args:
        path: The file; whoever may read it already must not see it yet, or not mind bytes at its end.
        name: Under which the file will be opened.
        behind: Bytes at the end that shall stay there, for formats that are read from their end.
    """
    with path.open("r+b") as file:
        place = file.seek(0, 2) - behind
        digest = _sha256(file, name, [(0, place + behind)])
        file.seek(place)
        last = file.read()
        file.seek(place)
        file.write(_MARK + digest + last)


def check_seal(path: pathlib.Path, *, name: str | None = None, behind: int = 0) -> int:
    """Hold a file against the hash that `seal` put into it, and return the bytes in front of that.

    Args:
        path: The file.
        name: As of `seal`; the file's own if not given.
        behind: As of `seal`.

    Raises:
        OSError: it can't be read. ValueError: it carries no hash, or is not as it was written.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        place = size - behind - _SEAL_BYTES
        if place < 0:
            raise ValueError(_NO_HASH)
        file.seek(place)
        found = file.read(_SEAL_BYTES)
        if not found.startswith(_MARK):
            raise ValueError(_NO_HASH)
        parts = [(0, place), (place + _SEAL_BYTES, size)]
        if found.removeprefix(_MARK) != _sha256(file, path.name if name is None else name, parts):
            raise ValueError(_CHANGED)
    return place


def _sha256(file: BinaryIO, name: str, parts: list[tuple[int, int]]) -> bytes:
    """Of a name and of parts of a file, from their start to their stop; read piece by piece, as files may be large."""
    digest = hashlib.sha256(f"{name}\n".encode())
    for start, stop in parts:
        file.seek(start)
        while start < stop and (piece := file.read(min(_CHUNK_BYTES, stop - start))):
            digest.update(piece)
            start += len(piece)
    return digest.digest()
