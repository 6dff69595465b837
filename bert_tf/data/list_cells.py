"""Cells that hold a list, from formats that keep texts as bytes."""

from collections.abc import Iterable


def list_cell(parts: Iterable[object]) -> list[object]:
    """The values as JSON would have them: texts for bytes; what is not UTF-8 stays, and the row's check tells it."""
    return [_text(part) if isinstance(part, bytes) else part for part in parts]


def _text(part: bytes) -> str | bytes:
    try:
        return part.decode()
    except UnicodeDecodeError:
        return part
