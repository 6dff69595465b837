"""What the labels of `multilabel` are in data: a set of names for each text, which may be empty."""

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Explanation, Surroundings, listed_rows
from bert_tf.data.checks import Refusal
from bert_tf.data.labels import (
    AlikeLabels,
    LabelNames,
    Spelling,
    alike,
    alike_labels,
    commonest,
    given_names,
    sorted_names,
)
from bert_tf.data.rows import Item
from bert_tf.data.target import Summary, Values
from bert_tf.data.unknown_labels import explain_unknown_labels
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
    "missing label": "leave the cell empty, write [], or 0 in each column for a text without labels",
}


class MultilabelTarget:
    """See `Target`. A label is a set of names: a sorted `tuple[str, ...]`.

    Args:
        cells: How it is written.
        labels: All names in the order of the outputs; else those of train, by value if all are numbers, else by text.
        merges: Whether names of one `spelling_key` are one, named as most training rows have it.

    Raises:
        DataError: Two of `labels` are one.
    """

    def __init__(self, cells: LabelCells, *, labels: Sequence[str] | None = None, merges: bool = False) -> None:
        self._cells, self._merges, self._are_given = cells, merges, labels is not None
        self._known = None if labels is None else LabelNames(given_names(labels, merge=merges), merge=merges)

    @property
    def columns(self) -> tuple[str, ...]:
        """One, or one for each label."""
        return self._cells.columns

    def read(self, items: Iterable[Item]) -> Iterable[Item]:
        """As they are."""
        return items

    def check(self, cells: Mapping[str, object]) -> LabelSet | Refusal:
        """The names in the spelling of `label_name`."""
        return self._cells.check(cells)

    def resolve(self, value: LabelSet) -> LabelSet | Refusal:
        """The names of the labels; before any are known, they are names themselves."""
        if self._known is None:
            return value
        names = [self._known.name_of(name) for name in value]
        for written, name in zip(value, names, strict=True):
            if name is None:
                return Refusal("unknown label", f"{self.columns[0]} has the unknown label {written!r}", written)
        # Two spellings of a row that are one label are that label once.
        return tuple(sorted({name for name in names if name is not None}))

    def spellings(self, value: LabelSet) -> Sequence[str]:
        """Each of them."""
        return value

    def admit(self, values: Sequence[LabelSet], spellings: Sequence[Spelling]) -> "MultilabelTarget":
        """The target whose labels are those of the recipe, else those of the training rows."""
        if self._known is not None:
            return self
        renamed = commonest(alike(spellings)) if self._merges else {}
        names = dict.fromkeys(renamed.get(name, name) for value in values for name in value)
        admitted = MultilabelTarget(self._cells, merges=self._merges)
        admitted._known = LabelNames(names, merge=self._merges)
        return admitted

    def explain(self, found: BadRows, around: Surroundings) -> Explanation | None:
        """Why labels are unknown, and how the others are to be written."""
        if found.reason == "unknown label":
            names = self._known.names if self._known else ()
            # Known labels may stand beside the unknown one: that no row is good doesn't say that none is known.
            around = dataclasses.replace(around, good_rows={**around.good_rows, found.split: 1})
            return explain_unknown_labels(found, around, names=names, are_given=self._are_given)
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
        known = self._known.names if self._known else tuple({name for value in train.distinct for name in value})
        names = tuple(known) if self._are_given else tuple(sorted_names(known))
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
        return LearnedLabelSets(LabelNames(names, merge=self._merges), shares)


class LearnedLabelSets:
    """See `LearnedTarget`. A row's labels are stored as yes or no for each, bool [C].

    Args:
        names: In the order of the model's outputs.
        shares: Of the training rows that have each label.
    """

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
        return Summary(key="label_counts", heading="label", by_split=figures)

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
