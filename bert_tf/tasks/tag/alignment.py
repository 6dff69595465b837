"""Entities of a text, in characters, as tags of its words."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from bert_tf.batches.word_targets import NOTHING, Alignment, ExpectedWords
from bert_tf.data.examples import Examples
from bert_tf.ragged_rows import RaggedRows
from bert_tf.tasks.tag.joined_words import begun_behind, joining_marks
from bert_tf.tasks.tag.word_tags import SEEN, TAG, beginning_of, inside_of
from bert_tf.text.word_places import WordPlaces

_ROWS = 2048  # whose texts are in memory

Surface = tuple[str, int]  # how an entity is written, and its type


class _Row(NamedTuple):
    text: str
    spans: np.ndarray
    starts: np.ndarray
    ends: np.ndarray


def align(examples: Mapping[str, Examples], places: Mapping[str, WordPlaces]) -> Alignment:
    """What is expected of each word: its tag, where it begins and ends, and of the first word of an entity whether the
    training rows have one of that type that is written so, `SEEN`; int32 [N, words, 4].

    Of words that are joined to the one before, such as the parts of a web address, none is learned from unless one of
    those together is of an entity, or entities of the training rows begin behind such a character: the names inside of
    addresses and user names are outside, and would teach that names are. What isn't learned there is not to be found
    there either: the fact `joining_marks`, see `joining_marks`.

    An entity that begins or ends inside a word has all of the word. One that is left without a word, because another
    has it or the tokenizer drops its characters, stands behind the words of its row, where none is ever read: it is
    missed.

    Args:
        examples: Rows of the splits, with targets of `LearnedEntities`.
        places: Where the words of their texts stand.
    """
    known = set(_surfaces(examples["train"]))
    targets = {name: _aligned(rows, places[name], known) for name, rows in examples.items()}
    tags = {name: _of_words(targets[name], places[name]) for name in examples}
    begun = begun_behind(tags["train"], places["train"].joined_to)
    words = {
        name: ExpectedWords(targets[name], _learned(tags[name], places[name].joined_to, begun), places[name].joined_to)
        for name in examples
    }
    return Alignment(words, {"joining_marks": joining_marks(begun)})


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
    """See `align`: of one row, int32 [words, 4]."""
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
            without.append((beginning_of(kind), start, end, is_known))
    words = np.stack([tags, row.starts, row.ends, seen], axis=1)
    return np.concatenate([words, np.array(without, np.int32).reshape(-1, 4)]).astype(np.int32)


def _of_words(targets: RaggedRows, places: WordPlaces) -> RaggedRows:
    """The tags of the words that there are."""
    return RaggedRows(targets.values[:, TAG], targets.splits).heads(places.starts.lengths)


def _learned(tags: RaggedRows, joined_to: RaggedRows, begun: np.ndarray) -> RaggedRows:
    """See `ExpectedWords`: tags of the words that are learned from.

    Args:
        tags: Of words, int32 [N, words].
        joined_to: The same of `WordPlaces`.
        begun: See `begun_behind`.
    """
    before = joined_to.values
    together = np.cumsum(before == 0) - 1  # the first word of a text is joined to none
    of_entity = np.bincount(together, weights=tags.values > 0) > 0
    is_learned = (before == 0) | np.isin(before, begun) | of_entity[together]
    return RaggedRows(np.where(is_learned, tags.values, NOTHING).astype(np.int32), tags.splits)
