"""What a label is in data: whatever reads, draws, stores and counts rows asks the task's target, and knows no label."""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Explanation, Surroundings
from bert_tf.data.checks import Refusal
from bert_tf.data.examples import Encoding
from bert_tf.data.labels import AlikeLabels, Spelling
from bert_tf.data.row_blocks import BlockItem
from bert_tf.ragged_rows import RowValues

# A checked label: hashable, equal where labels are; a name, a number, a tuple of names.
Value = Any


@dataclass(frozen=True, eq=False)
class Values:
    """The labels of N rows. Of many rows that have one label, it is kept once.

    Attributes:
        distinct: Each label, in the order in which they first appear; some may be of other rows only.
        codes: int32[N], where in `distinct` the label of each row is.
    """

    distinct: tuple[Value, ...]
    codes: np.ndarray

    def __len__(self) -> int:
        return len(self.codes)

    def of(self, rows: np.ndarray) -> "Values":
        """Those of some rows; a mask or indices."""
        return Values(self.distinct, self.codes[rows])

    def changed(self, change: Callable[[Value], Value]) -> "Values":
        """With another label for some labels; labels that become equal become one."""
        new = list(map(change, self.distinct))
        if all(map(operator.is_, new, self.distinct)):
            return self
        codes = {value: code for code, value in enumerate(dict.fromkeys(new))}
        lookup = np.array([codes[value] for value in new], dtype=np.int32)
        return Values(tuple(codes), lookup[self.codes])

    @property
    def are_together(self) -> bool:
        """Whether the rows of each label stand together."""
        return int(np.count_nonzero(np.diff(self.codes))) + 1 == len(self.distinct)


@dataclass(frozen=True)
class Summary:
    """What labels come to, for people and for run.json.

    Attributes:
        key: Its name in run.json.
        heading: Of its names, in a table.
        by_split: Figures by name, by split; each split has the same names.
        heads: Of a target that is made of others, theirs by name; run.json has these then.
    """

    key: str
    heading: str
    by_split: Mapping[str, Mapping[str, float]]
    heads: "Mapping[str, Summary]" = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """What run.json says of it; JSON-able."""
        if self.heads:
            return {self.key: {name: head.facts() for name, head in self.heads.items()}}
        return {self.key: {split: dict(figures) for split, figures in self.by_split.items()}}


class LearnedTarget(Encoding, Protocol):
    """A target whose facts are known: how its labels are stored, and what they come to."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the labels that have figures of their own; none where labels have no names."""

    @property
    def repeats_texts(self) -> bool:
        """Whether a text belongs into several rows, and into several splits, so that there is nothing to report."""

    def alike(self, spellings: Sequence[Spelling]) -> Sequence[AlikeLabels]:
        """Which of the spellings that were read are probably one label, or were made one."""

    def summary(self, targets: Mapping[str, RowValues]) -> Summary:
        """Of the rows of each split, as of `Examples.targets`."""

    def groups(self, targets: RowValues) -> Mapping[str, np.ndarray]:
        """Rows that are alike, by what they are called: indices, int [n]. Samples are shown of each."""


class Target(Protocol):
    """What a label is, by the recipe; immutable. `bert_tf.tasks.classify.target.ClassifyTarget`.

    Rows are read in blocks, those of train first; each different label of a block is checked once: `check`, then
    `resolve`. After the rows of train, `with_labels_of` makes the target that resolves all of them. Of those that are
    left after drawing, it learns.
    """

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a label is read from."""

    @property
    def reads_whole_rows(self) -> bool:
        """Whether `read` looks at other columns of rows than `columns`."""

    def read(self, items: Iterable[BlockItem]) -> Iterable[BlockItem]:
        """The rows of a source as the label is read of them: those of words with tags become a text with spans.

        Args:
            items: What a reader yields.
        """

    def check(self, cells: Mapping[str, object]) -> Value | Refusal:
        """The label that a row's cells hold, or what is wrong with it; `cells` has all of `columns`."""

    def resolve(self, value: Value) -> Value | Refusal:
        """The label that one stands for, or why no row may have it."""

    def spellings(self, value: Value) -> Sequence[str]:
        """The names that a label is written with, to be counted; none of a number."""

    def with_labels_of(self, values: Sequence[Value], spellings: Sequence[Spelling]) -> "Target":
        """The target that knows which labels a row may have.

        Args:
            values: Of the training rows, each once, in the order in which they first appear.
            spellings: Of the training rows; empty leaves each label as it is.
        """

    def explain(self, found: BadRows, around: Surroundings) -> Explanation | None:
        """What is wrong with rows whose label is refused, and what to do; None where their messages say it."""

    def draw(self, values: Values, *, shares: Sequence[float], seed: int, groups: np.ndarray | None) -> np.ndarray:
        """Draw a part of the rows for each share, with as much the same labels as may be; a pure function.

        Args:
            values: Of N rows.
            shares: Share of each part, above 0; their sum is below 1.
            seed: Of the draw.
            groups: int[N], equal for rows that are drawn together; None where each row is drawn by itself.

        Returns:
            int8[N]: 0 for a row that is left, 1 for the first share, 2 for the second.
        """

    def learn(self, train: Values, *, where: str) -> LearnedTarget:
        """Learn what is needed to store labels and to train on them.

        Args:
            train: Of the rows that are trained on.
            where: What the recipe says of them.

        Raises:
            DataError: There is nothing to learn from these labels.
        """
