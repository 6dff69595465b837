"""Words of any text, where no tokenizer is at hand: an exported model keeps its own in the graph."""

import unicodedata
from typing import NamedTuple

_APOSTROPHES = {"'", "’"}
_UNSPACED = ("CJK ", "HIRAGANA ", "KATAKANA ", "THAI ", "LAO ", "KHMER ", "MYANMAR ")


class Piece(NamedTuple):
    """A stretch of a text.

    Attributes:
        text: Its characters.
        is_word: False for the space between words.
    """

    text: str
    is_word: bool


def split_words(text: str) -> list[Piece]:
    """Words, single marks and the spaces between them; joined, they are the text.

    Letters, digits and the marks on them make a word, and so do apostrophes between letters. A character of a script
    that puts no spaces between words is a word of its own.
    """
    pieces: list[Piece] = []
    for index, character in enumerate(text):
        joins = bool(pieces) and _joins(text, index, pieces[-1])
        if joins:
            pieces[-1] = Piece(pieces[-1].text + character, pieces[-1].is_word)
        else:
            pieces.append(Piece(character, not _is_gap(character)))
    return pieces


def _joins(text: str, index: int, before: Piece) -> bool:
    """Whether a character goes on with the piece in front of it."""
    character, last = text[index], text[index - 1]
    if _is_gap(character) or not before.is_word:
        return _is_gap(character) and not before.is_word
    if unicodedata.category(character).startswith("M"):
        return True
    if character in _APOSTROPHES:
        return _is_letter(last) and index + 1 < len(text) and _is_letter(text[index + 1])
    if last in _APOSTROPHES:
        return len(before.text) > 1 and _is_letter(character)
    return _is_letter(character) and (_is_letter(last) or unicodedata.category(last).startswith("M"))


def _is_gap(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf", "Zs")


def _is_letter(character: str) -> bool:
    """A letter or a digit of a script that puts spaces between words."""
    return character.isalnum() and not unicodedata.name(character, "").startswith(_UNSPACED)
