"""Entities of words that stand between blanks, for contestants that have no bert_tf: F1 as CoNLL's scorer counts."""

from collections.abc import Iterable, Sequence

Entity = tuple[int, int, int]  # first word, last word, type


def tagged_words(text: str, spans: Iterable[Sequence[int]]) -> tuple[list[str], list[int]]:
    """The words of a text and their tags: 0 outside, 1 + 2 · type for the first word of an entity, 2 + 2 · type for the
    others.

    Args:
        text: Words with one blank between them.
        spans: Start, end and type of each entity, in characters.
    """
    words = text.split(" ")
    starts = [sum(len(word) + 1 for word in words[:place]) for place in range(len(words))]
    tags = [0] * len(words)
    for start, end, kind in spans:
        inside = [place for place, first in enumerate(starts) if first < end and first + len(words[place]) > start]
        for place in inside:
            tags[place] = 2 + 2 * kind
        tags[inside[0]] = 1 + 2 * kind
    return words, tags


def tags_between_blanks(places: Sequence[Sequence[int]], tags: Sequence[int]) -> list[int]:
    """Of words that may stand without a blank between them, as a tokenizer splits them, the tags of the first ones.

    Args:
        places: Start and end of each word, in characters.
        tags: Of the words that were read.
    """
    return [tag for word, tag in enumerate(tags) if not word or places[word][0] != places[word - 1][1]]


def entities_of_tags(tags: Sequence[int]) -> set[Entity]:
    """A tag that goes on with nothing begins an entity."""
    found: list[Entity] = []
    before = -1
    for place, tag in enumerate(tags):
        kind = (tag - 1) // 2 if tag else -1
        if kind >= 0 and tag % 2 == 0 and kind == before:
            found[-1] = (found[-1][0], place, kind)
        elif kind >= 0:
            found.append((place, place, kind))
        before = kind
    return set(found)


def entity_f1(expected: Sequence[set[Entity]], predicted: Sequence[set[Entity]]) -> float:
    """Of all rows together; 0 without any entity."""
    hits = sum(len(one & other) for one, other in zip(expected, predicted, strict=True))
    there = sum(map(len, expected)) + sum(map(len, predicted))
    return 2 * hits / there if there else 0.0
