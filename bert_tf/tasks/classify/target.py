"""What a label of `classify` is in data: a name, one for each text."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Explanation, Surroundings, listed_rows
from bert_tf.data.checks import Refusal
from bert_tf.data.fractions import stratified_parts
from bert_tf.data.known_labels import KnownLabels
from bert_tf.data.label_cell import check_name
from bert_tf.data.labels import AlikeLabels, LabelNames, Spelling, alike_labels
from bert_tf.data.row_blocks import BlockItem
from bert_tf.data.target import Summary, Values
from bert_tf.errors import DataError

_ANY_LABELS = KnownLabels()


class ClassifyTarget:
    """See `Target`. A label is a name, `str`.

    Args:
        column: Where it stands.
        known: The labels that a row may have; else those of the training rows.
    """

    reads_whole_rows = False

    def __init__(self, column: str, known: KnownLabels = _ANY_LABELS) -> None:
        self._column, self._known = column, known

    @property
    def columns(self) -> tuple[str, ...]:
        """One."""
        return (self._column,)

    def read(self, items: Iterable[BlockItem]) -> Iterable[BlockItem]:
        """As they are."""
        return items

    def check(self, cells: Mapping[str, object]) -> str | Refusal:
        """The label in the spelling of `label_name`; a list of one is its part: doccano writes single labels so."""
        cell = cells[self._column]
        if not isinstance(cell, list):
            return check_name(self._column, cell)
        if len(cell) > 1:
            return Refusal(
                "several labels", f"{self._column} has {len(cell)} labels: {', '.join(map(repr, cell))[:60]}"
            )
        return check_name(self._column, cell[0]) if cell else Refusal("missing label", f"{self._column} is empty")

    def resolve(self, value: str) -> str | Refusal:
        """The name of the label; before any are known, it is a name itself."""
        name = self._known.name_of(value)
        return Refusal("unknown label", f"{self._column} {value!r} is unknown", value) if name is None else name

    def spellings(self, value: str) -> Sequence[str]:
        """Itself."""
        return (value,)

    def with_labels_of(self, values: Sequence[str], spellings: Sequence[Spelling]) -> "ClassifyTarget":
        """The target whose labels are those of the recipe, else those of the training rows."""
        return ClassifyTarget(self._column, self._known.of_rows(values, spellings))

    def explain(self, found: BadRows, around: Surroundings) -> Explanation | None:
        """Why labels are unknown, and what reads several of them."""
        if found.reason == "several labels":
            return Explanation(listed_rows(found, around), 'leave one label to each text, or set task = "multilabel"')
        return self._known.explain(found, around) if found.reason == "unknown label" else None

    def draw(self, values: Values, *, shares: Sequence[float], seed: int, groups: np.ndarray | None) -> np.ndarray:
        """Stratified by label."""
        return stratified_parts(values.codes, shares=shares, seed=seed, groups=groups)

    def learn(self, train: Values, *, where: str) -> "LearnedLabels":
        """The labels in the order of the outputs; raises DataError where all rows have the same."""
        seen = np.unique(train.codes)
        if len(seen) < 2:
            have = f"All {len(train):,} rows of train have" if len(train) > 1 else "The only row of train has"
            raise DataError(
                f"{have} the label {train.distinct[seen[0]]!r}; a classifier needs two or more.",
                where=where,
                hint="use another slice if the source is sorted by label, or another data.label",
            )
        return LearnedLabels(self._known.ordered(train.distinct))


class LearnedLabels:
    """See `LearnedTarget`. A label is stored as its place among all, int32.

    Args:
        names: In the order of the model's outputs.
    """

    type = pa.int32()
    repeats_texts = False

    def __init__(self, names: LabelNames) -> None:
        self._names = names
        self._place_of = {name: place for place, name in enumerate(names.names)}

    @property
    def names(self) -> tuple[str, ...]:
        """All labels."""
        return self._names.names

    @property
    def facts(self) -> Mapping[str, Any]:
        """`label_names`, in the order of the model's outputs."""
        return {"label_names": self.names}

    def encode(self, label: str) -> int:
        """The place of a label in `label_names`."""
        return self._place_of[label]

    def content(self, label: str) -> bytes:
        """Its name."""
        return label.encode()

    def alike(self, spellings: Sequence[Spelling]) -> Sequence[AlikeLabels]:
        """Spellings of one `spelling_key`."""
        return alike_labels(spellings, self._names)

    def summary(self, targets: Mapping[str, np.ndarray]) -> Summary:
        """How many rows each label has, 0 included, in the order of the labels."""
        counts = {split: np.bincount(found, minlength=len(self.names)) for split, found in targets.items()}
        return Summary(
            key="class_counts",
            heading="label",
            by_split={split: dict(zip(self.names, map(int, found), strict=True)) for split, found in counts.items()},
        )

    def groups(self, targets: np.ndarray) -> Mapping[str, np.ndarray]:
        """The rows of each label."""
        return {name: np.flatnonzero(targets == place) for name, place in self._place_of.items()}
