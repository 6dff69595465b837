"""A text with its entities marked, for pages."""

from collections.abc import Sequence
from typing import NamedTuple

from bert_tf.tasks.tag.answered_entities import Mark

_AROUND = 300  # characters that stand around the marks of a long text


class Piece(NamedTuple):
    """A stretch of a text; `type` is empty outside of entities."""

    text: str
    type: str


def marked_pieces(text: str, marks: Sequence[Mark]) -> list[Piece]:
    """The text in order, from some characters in front of the first mark to some behind the last.

    Args:
        text: The whole text.
        marks: In it, in order; what lies in one before it is not marked twice.
    """
    start = max(0, marks[0].start - _AROUND) if marks else 0
    stop = min(len(text), marks[-1].end + _AROUND) if marks else min(len(text), 2 * _AROUND)
    pieces = [Piece("… ", "")] if start else []
    place = start
    for mark in marks:
        if mark.start > place:
            pieces.append(Piece(text[place : mark.start], ""))
        if mark.end > place:
            pieces.append(Piece(text[max(place, mark.start) : mark.end], mark.type))
        place = max(place, mark.end)
    if stop > place:
        pieces.append(Piece(text[place:stop], ""))
    return [*pieces, Piece(" …", "")] if stop < len(text) else pieces
