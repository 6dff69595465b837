"""What a label of `multitask` is in data: a label of each head, or none."""

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Explanation, Surroundings
from bert_tf.data.checks import Refusal
from bert_tf.data.fractions import stratified_parts
from bert_tf.data.labels import AlikeLabels, Spelling
from bert_tf.data.row_blocks import BlockItem
from bert_tf.data.target import LearnedTarget, Summary, Target, Value, Values
from bert_tf.errors import DataError
from bert_tf.tasks.multitask.heads import with_name
from bert_tf.tasks.multitask.stored_labels import STORED_AS, StoredLabels, stored_as, stored_labels

_MISSING = "missing label"
_ROWS_OF_STRATUM = 10

Labels = tuple[Value | None, ...]


class MultitaskTarget:
    """See `Target`. A label is a tuple with a label of each head, None where a row has none of it.

    Args:
        targets: Of the heads, by name.
    """

    def __init__(self, targets: Mapping[str, Target]) -> None:
        self._targets = dict(targets)

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of all heads."""
        return tuple(dict.fromkeys(column for target in self._targets.values() for column in target.columns))

    @property
    def reads_whole_rows(self) -> bool:
        """Whether a head does."""
        return any(target.reads_whole_rows for target in self._targets.values())

    def read(self, items: Iterable[BlockItem]) -> Iterable[BlockItem]:
        """As each head reads them."""
        for target in self._targets.values():
            items = target.read(items)
        return items

    def check(self, cells: Mapping[str, object]) -> Labels | Refusal:
        """The labels of a row: one at least."""
        found: list[Value | None] = []
        for name, target in self._targets.items():
            label = target.check(cells)
            if isinstance(label, Refusal) and label.reason != _MISSING:
                return _of_head(name, label)
            found.append(None if isinstance(label, Refusal) else label)
        if all(label is None for label in found):
            columns = " and of ".join(self.columns)
            return Refusal(_MISSING, f"no head has a label in this row: the cell of {columns} is empty")
        return tuple(found)

    def resolve(self, value: Labels) -> Labels | Refusal:
        """The labels that they stand for."""
        found: list[Value | None] = []
        for (name, target), label in zip(self._targets.items(), value, strict=True):
            resolved = None if label is None else target.resolve(label)
            if isinstance(resolved, Refusal):
                return _of_head(name, resolved)
            found.append(resolved)
        return tuple(found)

    def spellings(self, value: Labels) -> Sequence[str]:
        """Those of each head, with its name in front."""
        return [
            f"{name}: {spelling}"
            for (name, target), label in zip(self._targets.items(), value, strict=True)
            if label is not None
            for spelling in target.spellings(label)
        ]

    def with_labels_of(self, values: Sequence[Labels], spellings: Sequence[Spelling]) -> "MultitaskTarget":
        """The target whose heads know which labels a row may have."""
        return MultitaskTarget(
            {
                name: target.with_labels_of(_present(values, place), _own_spellings(name, spellings))
                for place, (name, target) in enumerate(self._targets.items())
            }
        )

    def explain(self, found: BadRows, around: Surroundings) -> Explanation | None:
        """What the head whose label is refused says of it."""
        name, _, reason = found.reason.partition(": ")
        if name not in self._targets:
            return None
        explained = self._targets[name].explain(dataclasses.replace(found, reason=reason), around)
        return None if explained is None else explained._replace(sentence=f"{explained.sentence} (head {name})")

    def draw(self, values: Values, *, shares: Sequence[float], seed: int, groups: np.ndarray | None) -> np.ndarray:
        """Stratified by the names of labels that stand together, or, where these are too many, by which heads a row has
        a label of."""
        strata = values.changed(self._stratum)
        if len(strata.distinct) * _ROWS_OF_STRATUM > len(values):
            strata = values.changed(lambda value: tuple(label is not None for label in value))
        return stratified_parts(strata.codes, shares=shares, seed=seed, groups=groups)

    def _stratum(self, value: Labels) -> tuple[Any, ...]:
        """Of numbers, whether there is one."""
        return tuple(
            None if label is None else tuple(target.spellings(label))
            for target, label in zip(self._targets.values(), value, strict=True)
        )

    def learn(self, train: Values, *, where: str) -> "LearnedHeads":
        """What each head learns of the rows that have a label of it.

        Raises:
            DataError: No row has a label of a head, or a head has nothing to learn from its labels.
        """
        learned = {}
        for place, (name, target) in enumerate(self._targets.items()):
            own = _of_place(train, place)
            if not len(own):
                raise DataError(
                    f"No row of train has a label of the head {name}: {', '.join(target.columns)} is empty in all of "
                    f"{len(train):,} rows.",
                    where=where,
                    hint="remove the head, or set its label to another column",
                )
            learned[name] = target.learn(own, where=where)
        return LearnedHeads(learned)


class LearnedHeads:
    """See `LearnedTarget`. Labels are stored as a row of numbers, float32; see `StoredLabels`.

    Args:
        learned: What each head has learned, by name.
    """

    names: tuple[str, ...] = ()
    repeats_texts = False

    def __init__(self, learned: Mapping[str, LearnedTarget]) -> None:
        self._learned = dict(learned)
        self._stored = stored_labels(tuple(learned), self.facts)

    @property
    def type(self) -> pa.DataType:
        """As many numbers as all heads need."""
        return pa.list_(pa.float32(), max(each.stop for each in self._stored.values()))

    @property
    def facts(self) -> Mapping[str, Any]:
        """Those of each head with its name in front, and how its labels are stored."""
        found: dict[str, Any] = {}
        for name, learned in self._learned.items():
            found |= with_name(name, {**learned.facts, STORED_AS: stored_as(learned.type)})
        return found

    def encode(self, label: Labels) -> list[float]:
        """For each head whether there is a label, and the label."""
        row: list[float] = []
        for (name, learned), own in zip(self._learned.items(), label, strict=True):
            encoded = [0.0] * self._stored[name].width if own is None else np.ravel(learned.encode(own)).tolist()
            row += [float(own is not None), *map(float, encoded)]
        return row

    def content(self, label: Labels) -> bytes:
        """What each head's label is, or that there is none."""
        parts = [
            None if own is None else learned.content(own).hex()
            for learned, own in zip(self._learned.values(), label, strict=True)
        ]
        return json.dumps(parts).encode()

    def alike(self, spellings: Sequence[Spelling]) -> Sequence[AlikeLabels]:
        """Those of each head."""
        return [
            alike for name, learned in self._learned.items() for alike in learned.alike(_own_spellings(name, spellings))
        ]

    def summary(self, targets: Mapping[str, np.ndarray]) -> Summary:
        """That of each head, of the rows that have a label of it.

        Raises:
            DataError: no row of a split has a label of a head.
        """
        parts = {
            name: learned.summary({split: self._labelled(name, rows, split) for split, rows in targets.items()})
            for name, learned in self._learned.items()
        }
        by_split = {
            split: {
                f"{name}: {figure}": value
                for name, part in parts.items()
                for figure, value in part.by_split[split].items()
            }
            for split in targets
        }
        return Summary("heads", "label", by_split, parts)

    def groups(self, targets: np.ndarray) -> Mapping[str, np.ndarray]:
        """Those of each head."""
        found: dict[str, np.ndarray] = {}
        for name, learned in self._learned.items():
            rows = np.flatnonzero(self._stored[name].has_label(targets))
            own = learned.groups(self._stored[name].labels(targets[rows]))
            found |= {f"{name}: {group}": rows[places] for group, places in own.items()}
        return found

    def _labelled(self, name: str, rows: np.ndarray, split: str) -> np.ndarray:
        stored: StoredLabels = self._stored[name]
        has_label = stored.has_label(rows)
        if not has_label.any():
            raise DataError(
                f"No row of {split} has a label of the head {name}, so it can't be evaluated there.",
                where=f"data.{split}",
                hint="use more rows, or another split",
            )
        return stored.labels(rows[has_label])


def _of_head(name: str, refusal: Refusal) -> Refusal:
    return refusal._replace(reason=f"{name}: {refusal.reason}")


def _present(values: Sequence[Labels], place: int) -> list[Value]:
    return list(dict.fromkeys(value[place] for value in values if value[place] is not None))


def _own_spellings(name: str, spellings: Sequence[Spelling]) -> list[Spelling]:
    front = f"{name}: "
    return [each._replace(value=each.value.removeprefix(front)) for each in spellings if each.value.startswith(front)]


def _of_place(values: Values, place: int) -> Values:
    """The labels of a head, of the rows that have one."""
    own = values.changed(lambda value: value[place])
    if None not in own.distinct:
        return own
    none = own.distinct.index(None)
    rows = own.of(own.codes != none)
    distinct = tuple(value for value in own.distinct if value is not None)
    return Values(distinct, (rows.codes - (rows.codes > none)).astype(np.int32))
