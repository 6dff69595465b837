"""What the labels of `multilabel` are in data: a set of names for each text, which may be empty."""

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Explanation, Surroundings, listed_rows
from bert_tf.data.checks import Refusal
from bert_tf.data.known_labels import KnownLabels
from bert_tf.data.labels import AlikeLabels, LabelNames, Spelling, alike_labels
from bert_tf.data.row_blocks import BlockItem
from bert_tf.data.target import Summary, Values
from bert_tf.errors import DataError
from bert_tf.tasks.multilabel.answered_labels import NO_LABEL
from bert_tf.tasks.multilabel.label_cells import LabelCells, LabelSet
from bert_tf.tasks.multilabel.stratification import stratified_sets

_HINTS = {
    "label twice": "name each label of a text once",
    "empty label": "name a label between separators, and none in an empty cell",
    "not a JSON list": 'write ["one", "another"], [] for no label; or set multilabel.format = "separated"',
    "not a list of labels": 'write ["one", "another"], [] for no label',
    "neither 0 nor 1": "write 1 where the text has the label and 0 where it doesn't",
    "unknown id": "ids are the numbers of the lines of multilabel.names_file, from 0",
    "missing label": "write 0 in the columns of labels that the text doesn't have",
    "reserved label": "leave the cell empty, or write [], for a text without labels; or give the label another name",
}
_ANY_LABELS = KnownLabels()


class MultilabelTarget:
    """See `Target`. A label is a set of names: a sorted `tuple[str, ...]`.

    Args:
        cells: How it is written.
        known: The labels that a row may have; else those of the training rows.
    """

    reads_whole_rows = False

    def __init__(self, cells: LabelCells, known: KnownLabels = _ANY_LABELS) -> None:
        self._cells, self._known = cells, known

    @classmethod
    def given(cls, cells: LabelCells, labels: Sequence[str], *, where: str, merges: bool = False) -> "MultilabelTarget":
        """With the labels of the key `where` of a recipe.

        Raises:
            DataError: Two of them are one, or one is what rows without labels are called.
        """
        known = KnownLabels.given(labels, merges=merges, where=where)
        if known.names is not None and NO_LABEL in known.names.names:
            raise DataError(
                f"{where} has the label {NO_LABEL!r}, which rows without labels are counted under.",
                where=where,
                hint="give it another name; a text without labels needs none",
            )
        return cls(cells, known)

    @property
    def columns(self) -> tuple[str, ...]:
        """One, or one for each label."""
        return self._cells.columns

    def read(self, items: Iterable[BlockItem]) -> Iterable[BlockItem]:
        """As they are."""
        return items

    def check(self, cells: Mapping[str, object]) -> LabelSet | Refusal:
        """The names in the spelling of `label_name`."""
        found = self._cells.check(cells)
        if not isinstance(found, Refusal) and NO_LABEL in found:
            message = f"{self.columns[0]} has the label {NO_LABEL!r}, which rows without labels are counted under"
            return Refusal("reserved label", message)
        return found

    def resolve(self, value: LabelSet) -> LabelSet | Refusal:
        """The names of the labels; before any are known, they are names themselves."""
        names = [self._known.name_of(name) for name in value]
        for written, name in zip(value, names, strict=True):
            if name is None:
                return Refusal("unknown label", f"{self.columns[0]} has the unknown label {written!r}", written)
        # Two spellings of a row that are one label are that label once.
        return tuple(sorted({name for name in names if name is not None}))

    def spellings(self, value: LabelSet) -> Sequence[str]:
        """Each of them."""
        return value

    def with_labels_of(self, values: Sequence[LabelSet], spellings: Sequence[Spelling]) -> "MultilabelTarget":
        """The target whose labels are those of the recipe, else those of the training rows."""
        return MultilabelTarget(self._cells, self._known.of_rows(chain.from_iterable(values), spellings))

    def explain(self, found: BadRows, around: Surroundings) -> Explanation | None:
        """Why labels are unknown, and how the others are to be written."""
        if found.reason == "unknown label":
            # Known labels may stand beside the unknown one: that no row is good doesn't say that none is known.
            around = dataclasses.replace(around, good_rows={**around.good_rows, found.split: 1})
            return self._known.explain(found, around)
        hint = _HINTS.get(found.reason)
        return None if hint is None else Explanation(listed_rows(found, around), hint)

    def draw(self, values: Values, *, shares: Sequence[float], seed: int, groups: np.ndarray | None) -> np.ndarray:
        """By iterative stratification."""
        names = sorted({name for value in values.distinct for name in value})
        have = _has_labels(values.distinct, {name: place for place, name in enumerate(names)})
        return stratified_sets(have[values.codes], shares=shares, seed=seed, groups=groups)

    def learn(self, train: Values, *, where: str) -> "LearnedLabelSets":
        """The names in the order of the outputs, with the share of the rows that each is of.

        Raises:
            DataError: no row has a label, or all rows have one and the same.
        """
        ordered = self._known.ordered({name for value in train.distinct for name in value})
        names = ordered.names
        have = _has_labels(train.distinct, {name: place for place, name in enumerate(names)})[train.codes]
        counts = have.sum(0)
        if not counts.any():
            raise DataError(
                f"None of {len(train):,} rows of train has a label; there is nothing to learn.",
                where=where,
                hint=f"check that {', '.join(map(repr, self.columns[:3]))} holds the labels, and how they are written",
            )
        everywhere = [name for name, count in zip(names, counts, strict=True) if count == len(train)]
        if everywhere:
            raise DataError(
                f"All {len(train):,} rows of train have the label {', '.join(map(repr, everywhere))}; there is nothing "
                "to tell apart by it.",
                where=where,
                hint="remove it from the labels, or add rows that don't have it",
            )
        shares = tuple(map(float, counts / len(train)))
        return LearnedLabelSets(ordered, shares)


class LearnedLabelSets:
    """See `LearnedTarget`. A row's labels are stored as yes or no for each, bool [C].

    Args:
        names: In the order of the model's outputs.
        shares: Of the training rows that have each label.
    """

    repeats_texts = False

    def __init__(self, names: LabelNames, shares: tuple[float, ...]) -> None:
        self._names, self._shares = names, shares
        self._place_of = {name: place for place, name in enumerate(names.names)}

    @property
    def type(self) -> pa.DataType:
        """C booleans."""
        return pa.list_(pa.bool_(), len(self.names))

    @property
    def names(self) -> tuple[str, ...]:
        """All labels."""
        return self._names.names

    @property
    def facts(self) -> Mapping[str, Any]:
        """`label_names`, in the order of the model's outputs, and `label_shares` of the training rows."""
        return {"label_names": self.names, "label_shares": self._shares}

    def encode(self, label: LabelSet) -> list[bool]:
        """Whether each of `label_names` is among them."""
        found = [False] * len(self.names)
        for name in label:
            found[self._place_of[name]] = True
        return found

    def content(self, label: LabelSet) -> bytes:
        """Their names."""
        return json.dumps(label).encode()

    def alike(self, spellings: Sequence[Spelling]) -> Sequence[AlikeLabels]:
        """Spellings of one `spelling_key`."""
        return alike_labels(spellings, self._names)

    def summary(self, targets: Mapping[str, np.ndarray]) -> Summary:
        """How many rows have each label, 0 included, in the order of the labels; and how many have none."""
        figures = {}
        for split, found in targets.items():
            counts = dict(zip(self.names, map(int, found.sum(0)), strict=True))
            figures[split] = {**counts, NO_LABEL: int((~found.any(1)).sum())}
        return Summary(key="class_counts", heading="label", by_split=figures)

    def groups(self, targets: np.ndarray) -> Mapping[str, np.ndarray]:
        """The rows that have each label, and those that have none."""
        found = {name: np.flatnonzero(targets[:, place]) for name, place in self._place_of.items()}
        return {**found, NO_LABEL: np.flatnonzero(~targets.any(1))}


def _has_labels(values: Sequence[LabelSet], place_of: Mapping[str, int]) -> np.ndarray:
    """Whether each value has each name, bool [values, names]."""
    have = np.zeros((len(values), len(place_of)), bool)
    for row, value in enumerate(values):
        have[row, [place_of[name] for name in value]] = True
    return have
