"""A recipe as a person would write it: keys with comments that say why, and others ready to be switched on."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import tomli_w

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class Entry(NamedTuple):
    """A key of a recipe.

    Attributes:
        key: Its name.
        value: As TOML can write it.
        comment: What stands above it.
        is_on: False for one that is only proposed: it stands there as a comment.
    """

    key: str
    value: object
    comment: str = ""
    is_on: bool = True


def draft_toml(opening: Sequence[str], sections: Mapping[str, Sequence[Entry]], closing: Sequence[str] = ()) -> str:
    """TOML with comments.

    Args:
        opening: Lines of the comment that begins the file.
        sections: Keys by table, in order; those of "" stand before the first table.
        closing: Lines of the comment that ends the file.
    """
    lines = [_commented(line) for line in opening]
    for name, entries in sections.items():
        lines += ["", f"[{name}]"] if name else []
        for entry in entries:
            lines += [_commented(entry.comment)] if entry.comment else []
            written = _written(name, entry)
            lines += written if entry.is_on else [_commented(line) for line in written]
    lines += ["", *map(_commented, closing)] if closing else []
    return "\n".join(lines) + "\n"


def _written(table: str, entry: Entry) -> list[str]:
    """The lines of a key; those of a list of tables close the table that they are in."""
    if isinstance(entry.value, list) and entry.value and all(isinstance(each, dict) for each in entry.value):
        lines = tomli_w.dumps({table: {entry.key: entry.value}}).rstrip("\n").split("\n")
        return [line for line in lines if line != f"[{table}]"]
    return tomli_w.dumps({entry.key: entry.value}).rstrip("\n").split("\n")


def _commented(text: str) -> str:
    # A label may hold a line break; what stands behind one would be TOML.
    return f"# {_CONTROL.sub(' ', text)}".rstrip()
