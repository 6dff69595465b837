"""Tags of words, as files write them, to entities: BIO, IOB1, BIOES, BILOU and BMES, read as CoNLL's scorer does.

https://www.clips.uantwerpen.be/conll2000/chunking/output.html. An entity begins at B, at a tag of another type than the
one before, and at an I that nothing stands before: that is how IOB1 is written, and how a broken sequence is mended.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

OUTSIDE = "O"
_LETTERS = frozenset("BIMESLUW")
_AS_BIOES = {"L": "E", "U": "S", "M": "I", "W": "S"}
_SHOWN = 3
_FEW = 4  # words of a sentence whose tags are read once


class TaggedWords(NamedTuple):
    """An entity: its first word, its last, and its type."""

    first: int
    last: int
    type: str


class BadTagError(ValueError):
    """A tag that is none; says which."""


@dataclass
class Beginnings:
    """How the entities of a file begin, which tells how it is tagged and where it is broken.

    Attributes:
        by_b: That begin with B or S though nothing stands before them.
        by_inside: That begin with I or E: a place and what stands there, of the first ones.
        broken: How many of those there are.
    """

    by_b: int = 0
    broken: int = 0
    by_inside: list[str] = field(default_factory=list)

    def remark(self) -> str | None:
        """What the file's owner should know: where it is broken, or that it has B between neighbours only."""
        if not self.broken:
            return None
        if not self.by_b:
            return "it is tagged as IOB1: an entity begins with I, and with B only behind another of its type"
        more = ", …" if self.broken > len(self.by_inside) else ""
        said, read = ("1 tag continues", "is") if self.broken == 1 else (f"{self.broken:,} tags continue", "are")
        return f"{said} an entity that has not begun, and {read} read as B: {', '.join(self.by_inside)}{more}"

    def add(self, other: "Beginnings", *, times: int) -> None:
        """Count others as often as rows have them, whose first places are known already."""
        self.by_b += times * other.by_b
        self.broken += times * other.broken

    def lacks_places(self, other: "Beginnings") -> bool:
        """Whether others have places of which some should be shown."""
        return other.broken > 0 and len(self.by_inside) < _SHOWN

    def add_broken(self, word: int, tag: str, place: Callable[[int], str]) -> None:
        """Count an entity that begins with a tag that goes on with one; `place` as of `tagged_entities`."""
        self.broken += 1
        if len(self.by_inside) < _SHOWN:
            self.by_inside.append(f"{tag} at {place(word)}")


def tagged_entities(
    tags: Sequence[str], *, beginnings: Beginnings, place: Callable[[int], str]
) -> Sequence[TaggedWords]:
    """The entities of a sentence.

    Args:
        tags: Of its words.
        beginnings: Gets counted.
        place: Where a word stands, for people.

    Raises:
        BadTagError: a tag is neither O nor a letter of a known scheme with a type behind it.
    """
    if len(tags) == 1:
        return _of_one_word(tags[0], beginnings, place)
    # Files may have millions of short sentences; of longer ones, few are tagged alike.
    found = _of_few_words(tuple(tags)) if len(tags) <= _FEW else _sequence(tags)
    beginnings.by_b += found.by_b
    for word in found.broken:
        beginnings.add_broken(word, tags[word], place)
    return found.entities


def _of_one_word(tag: str, beginnings: Beginnings, place: Callable[[int], str]) -> Sequence[TaggedWords]:
    letter, kind = parsed(tag)
    if letter == OUTSIDE:
        return ()
    if letter in ("I", "E"):
        beginnings.add_broken(0, tag, place)
    else:
        beginnings.by_b += 1
    return (TaggedWords(0, 0, kind),)


class _Sequence(NamedTuple):
    """The entities of tags, how many begin with B or S behind nothing, and the words that begin one with I or E."""

    entities: Sequence[TaggedWords]
    by_b: int
    broken: Sequence[int]


def _sequence(tags: Sequence[str]) -> _Sequence:
    found, broken, by_b = list[TaggedWords](), list[int](), 0
    before, type_before = OUTSIDE, ""
    for number, tag in enumerate(tags):
        letter, kind = parsed(tag)
        goes_on = letter in ("I", "E") and kind == type_before and before in ("B", "I")
        if letter != OUTSIDE and not goes_on:
            found.append(TaggedWords(number, number, kind))
            if letter in ("I", "E"):
                broken.append(number)
            else:
                by_b += before == OUTSIDE
        elif goes_on:
            found[-1] = found[-1]._replace(last=number)
        before, type_before = letter, kind
    return _Sequence(found, by_b, broken)


_of_few_words = functools.lru_cache(_sequence)


def parsed(tag: str) -> tuple[str, str]:
    """Letter and type of a tag: ("B", "PER"), ("O", "")."""
    if tag == OUTSIDE:
        return OUTSIDE, ""
    letter, kind = tag[:1], tag[2:]
    if letter not in _LETTERS or tag[1:2] != "-" or not kind:
        problem = "has no type" if tag.rstrip("-") in _LETTERS else "is none of O, B-TYPE, I-TYPE, E-TYPE and S-TYPE"
        raise BadTagError(f"the tag {tag!r} {problem}")
    return _AS_BIOES.get(letter, letter), kind
