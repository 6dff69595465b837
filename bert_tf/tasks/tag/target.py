"""What a label of `tag` is in data: the entities of a text, each with its place and its type."""

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Explanation, Surroundings, listed_rows
from bert_tf.data.checks import Refusal
from bert_tf.data.fractions import stratified_parts
from bert_tf.data.known_labels import KnownLabels
from bert_tf.data.labels import AlikeLabels, LabelNames, Spelling, alike_labels
from bert_tf.data.row_blocks import BlockItem
from bert_tf.data.target import Summary, Values
from bert_tf.errors import DataError
from bert_tf.ragged_rows import RaggedRows
from bert_tf.tasks.tag.entity_rows import EntityRows
from bert_tf.tasks.tag.spans import Spans

_ANY_TYPES = KnownLabels()
NO_ENTITY = "(texts without entities)"
_HINTS = {
    "no entities": 'write [[0, 5, "PER"]] or [{"start": 0, "end": 5, "label": "PER"}]; [] for a text without entities',
    "entity without a type": "give each entity a label",
    "several labels": "leave one label: a word has one tag, and neither nested entities nor several types of one are "
    "supported",
    "several annotations": "keep the one that is right in the export, such as by a filter on ground truth or annotator",
    "several texts": "name the one that was marked `text`, and export again",
    "empty entity": "remove the mark, or put it on a word",
    "outside the text": "count characters, not bytes, from 0; the end is the character behind the last",
    "another text": "the text was changed after it was marked, or places are counted in another way: count characters",
    "overlapping entities": "keep one of them: a word has one tag",
    "words and tags": "give each word a tag",
    "bad tag": "write O, or B- and I- with a type behind: B-PER",
    "ids of tags": 'name them in the order of their ids: tag.tags = ["O", "B-PER", "I-PER"]',
    "empty word": "remove the word and its tag",
    "ragged line": "give each line as many columns as the others have; a blank line ends a sentence",
}


class TagTarget:
    """See `Target`. A label is the entities of a text, `Spans`.

    Args:
        rows: How they are written.
        column: Where they are.
        known: The types that an entity may have; else those of the training rows.
        offsets: What places are counted in where they are served: "characters" or "bytes". In data it is characters.
    """

    reads_whole_rows = True

    def __init__(
        self, rows: EntityRows, column: str, known: KnownLabels = _ANY_TYPES, *, offsets: str = "characters"
    ) -> None:
        self._rows, self._column, self._known, self._offsets = rows, column, known, offsets

    @property
    def columns(self) -> tuple[str, ...]:
        """One."""
        return (self._column,)

    def read(self, items: Iterable[BlockItem]) -> Iterable[BlockItem]:
        """Words become a text with blanks between them, tags and marks become entities."""
        return self._rows(items)

    def check(self, cells: Mapping[str, object]) -> Spans | Refusal:
        """The entities, which `read` has looked at in their text."""
        found = cells[self._column]
        if isinstance(found, tuple):
            if found and NO_ENTITY in [kind for _, _, kind in found]:
                message = f"{self._column} has the type {NO_ENTITY!r}, which texts without entities are counted under"
                return Refusal("reserved label", message)
            return tuple(found)
        return Refusal("no entities", f"{self._column} stands beside no text")

    def resolve(self, value: Spans) -> Spans | Refusal:
        """With the names of their types; before any are known, they are names themselves."""
        if self._known.names is None:
            return value
        resolved, name_of = [], self._known.name_of
        for start, end, kind in value:
            name = name_of(kind)
            if name is None:
                return Refusal("unknown label", f"{self._column} has an entity of the unknown type {kind!r}", kind)
            resolved.append((start, end, name))
        # There may be a million: of equal ones, one is kept.
        named = tuple(resolved)
        return value if named == value else named

    def spellings(self, value: Spans) -> Sequence[str]:
        """The type of each."""
        return [kind for _, _, kind in value]

    def with_labels_of(self, values: Sequence[Spans], spellings: Sequence[Spelling]) -> "TagTarget":
        """The target whose types are those of the recipe, else those of the training rows."""
        types = (kind for value in values for _, _, kind in value)
        known = self._known.of_rows(types, spellings)
        return TagTarget(self._rows, self._column, known, offsets=self._offsets)

    def explain(self, found: BadRows, around: Surroundings) -> Explanation | None:
        """Why types are unknown, and how entities are to be written."""
        if found.reason == "unknown label":
            # Known types may stand beside the unknown one: that no row is good doesn't say that none is known.
            around = dataclasses.replace(around, good_rows={**around.good_rows, found.split: 1})
            return self._known.explain(found, around)
        hint = _HINTS.get(found.reason)
        return None if hint is None else Explanation(listed_rows(found, around), hint)

    def draw(self, values: Values, *, shares: Sequence[float], seed: int, groups: np.ndarray | None) -> np.ndarray:
        """Stratified by the rarest type of a row; rows without entities are a class of their own."""
        rows = np.bincount(values.codes, minlength=len(values.distinct))
        kinds = [kind for value in values.distinct for _, _, kind in value]
        names = {kind: place for place, kind in enumerate(sorted(set(kinds)))}
        codes = np.fromiter(map(names.__getitem__, kinds), np.int64, len(kinds))
        of_value = np.repeat(np.arange(len(rows)), list(map(len, values.distinct)))
        value, kind = np.divmod(np.unique(of_value * len(names) + codes), max(len(names), 1))
        order = np.empty(len(names), np.int64)
        # Stable: of types that as many rows have, the first by name.
        by_rows = np.argsort(np.bincount(kind, weights=rows[value], minlength=len(names)), kind="stable")
        order[by_rows] = np.arange(1, len(names) + 1)
        rarest = np.full(len(rows), len(names) + 1)
        np.minimum.at(rarest, value, order[kind])
        rarest[rarest > len(names)] = 0
        return stratified_parts(rarest[values.codes], shares=shares, seed=seed, groups=groups)

    def learn(self, train: Values, *, where: str) -> "LearnedEntities":
        """The types in the order of the outputs; raises DataError where no row has an entity."""
        seen = {kind for code in np.unique(train.codes) for _, _, kind in train.distinct[code]}
        if not seen:
            raise DataError(
                f"None of {len(train):,} rows of train has an entity; there is nothing to learn.",
                where=where,
                hint=f"check that {self._column!r} holds the entities or the tags",
            )
        return LearnedEntities(self._known.ordered(seen), self._offsets)


class LearnedEntities:
    """See `LearnedTarget`. A row's entities are stored as lists of three: start, end, the place of the type; int32.

    Args:
        names: Of the types, in the order of the model's outputs.
        offsets: As of `TagTarget`.
    """

    type = pa.list_(pa.list_(pa.int32(), 3))
    repeats_texts = False

    def __init__(self, names: LabelNames, offsets: str) -> None:
        self._names, self._offsets = names, offsets
        self._place_of = {name: place for place, name in enumerate(names.names)}

    @property
    def names(self) -> tuple[str, ...]:
        """All types."""
        return self._names.names

    @property
    def facts(self) -> Mapping[str, Any]:
        """`label_names`, the types in the order of the model's outputs, and `offsets`."""
        return {"label_names": self.names, "offsets": self._offsets}

    def encode(self, label: Spans) -> list[list[int]]:
        """Start, end and the place of the type, of each."""
        return [[start, end, self._place_of[kind]] for start, end, kind in label]

    def content(self, label: Spans) -> bytes:
        """All of them."""
        return json.dumps(label).encode()

    def alike(self, spellings: Sequence[Spelling]) -> Sequence[AlikeLabels]:
        """Spellings of one `spelling_key`."""
        return alike_labels(spellings, self._names)

    def summary(self, targets: Mapping[str, RaggedRows]) -> Summary:
        """How many entities there are of each type, 0 included; and how many texts have none."""
        figures = {}
        for split, found in targets.items():
            counts = np.bincount(found.values[:, 2], minlength=len(self.names))
            named = dict(zip(self.names, map(int, counts), strict=True))
            figures[split] = {**named, NO_ENTITY: int((found.lengths == 0).sum())}
        return Summary(key="entity_counts", heading="entity", by_split=figures)

    def groups(self, targets: RaggedRows) -> Mapping[str, np.ndarray]:
        """The rows that have entities of each type, and those that have none."""
        kinds, rows = targets.values[:, 2], targets.row_of
        found = {name: np.unique(rows[kinds == place]) for name, place in self._place_of.items()}
        return {**found, NO_ENTITY: np.flatnonzero(targets.lengths == 0)}
