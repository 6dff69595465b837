"""Entities of a text, in characters, as tags of its words."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from bert_tf.data.examples import Examples
from bert_tf.ragged_rows import RaggedRows
from bert_tf.tasks.tag.word_tags import IS_LEARNED, SEEN, beginning_of, inside_of
from bert_tf.text.word_places import WordPlaces

_ROWS = 2048  # whose texts are in memory

Surface = tuple[str, int]  # how an entity is written, and its type


class _Row(NamedTuple):
    text: str
    spans: np.ndarray
    starts: np.ndarray
    ends: np.ndarray


def align(examples: Mapping[str, Examples], places: Mapping[str, WordPlaces]) -> Mapping[str, RaggedRows]:
    """What is expected of each word: its tag, where it begins and ends, of the first word of an entity whether the
    training rows have one of that type that is written so, `SEEN`, and whether it is learned from; int32 [N, words, 5].

    Of words without a blank between them, such as the parts of a web address, only the first is learned from where
    none is of an entity: the names inside of addresses and user names are outside, and would teach that names are.

    An entity that begins or ends inside a word has all of the word. One that is left without a word, because another
    has it or the tokenizer drops its characters, stands behind the words of its row, where none is ever read: it is
    missed.

    Args:
        examples: Rows of the splits, with targets of `LearnedEntities`.
        places: Where the words of their texts stand.
    """
    known = set(_surfaces(examples["train"]))
    return {name: _aligned(rows, places[name], known) for name, rows in examples.items()}


def _surfaces(rows: Examples) -> Iterator[Surface]:
    for text, spans in zip(_texts(rows), rows.targets, strict=True):
        for start, end, kind in spans.tolist():
            yield text[start:end], kind


def _texts(rows: Examples) -> Iterator[str]:
    for start in range(0, len(rows), _ROWS):
        yield from (text.decode("utf-8", "replace") for text in rows.texts(start, start + _ROWS))


def _aligned(rows: Examples, places: WordPlaces, known: set[Surface]) -> RaggedRows:
    found = [_words(row, known) for row in map(_Row, _texts(rows), rows.targets, places.starts, places.ends)]
    return RaggedRows.of_lengths(np.concatenate(found), np.array([len(words) for words in found]))


def _words(row: _Row, known: set[Surface]) -> np.ndarray:
    """See `align`: of one row, int32 [words, 5]."""
    tags, seen = np.zeros(len(row.starts), np.int32), np.zeros(len(row.starts), np.int32)
    without = []
    for start, end, kind in row.spans.tolist():
        is_known = SEEN * ((row.text[start:end], kind) in known)
        first = int(np.searchsorted(row.ends, start, side="right"))
        last = int(np.searchsorted(row.starts, end, side="left"))
        words = np.arange(first, last)
        words = words[tags[words] == 0]  # one that both of two entities cut has the first
        if len(words):
            tags[words] = inside_of(kind)
            tags[words[0]] = beginning_of(kind)
            seen[words[0]] = is_known
        else:
            without.append((beginning_of(kind), start, end, is_known, 0))
    words = np.stack([tags, row.starts, row.ends, seen, _is_learned(row, tags)], axis=1)
    return np.concatenate([words, np.array(without, np.int32).reshape(-1, 1 + IS_LEARNED)]).astype(np.int32)


def _is_learned(row: _Row, tags: np.ndarray) -> np.ndarray:
    """See `align`: of each word, bool [words]."""
    is_first = np.ones(len(tags), bool)
    is_first[1:] = row.starts[1:] != row.ends[:-1]
    for word in np.flatnonzero(~is_first):
        place = int(row.starts[word])
        is_first[word] = any(map(_is_ideograph, row.text[place - 1 : place + 1]))
    together = np.cumsum(is_first) - 1
    of_entity = np.bincount(together, weights=tags > 0) > 0
    return is_first | of_entity[together]


def _is_ideograph(character: str) -> bool:
    """Whether it is a word of its own in a language that writes no blanks."""
    return not character.isascii() and unicodedata.name(character, "").startswith("CJK ")
