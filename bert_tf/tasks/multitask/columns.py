"""The columns of predictions/*.parquet that tell of several heads."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.multitask.heads import Head, names_of, part_of, with_name
from bert_tf.tasks.multitask.stored_labels import put_together, stored_labels

_HAS_LABEL = "has_label"


class MultitaskColumns:
    """See `Columns`. Those of each head have its name in front; what tells its label is null in rows without one.

    Args:
        heads: In the order of the recipe.
    """

    def __init__(self, heads: Sequence[Head]) -> None:
        self._heads = tuple(heads)
        self._columns = {head.name: head.task.columns() for head in heads}

    @property
    def kept(self) -> tuple[str, ...]:
        """Those of each head, and whether a row has a label of it."""
        return self._named(lambda columns: (_HAS_LABEL, *columns.kept))

    @property
    def of_label(self) -> tuple[str, ...]:
        """Those of each head."""
        return self._named(lambda columns: columns.of_label)

    @property
    def compared_facts(self) -> tuple[str, ...]:
        """Those of each head."""
        return self._named(lambda columns: columns.compared_facts)

    def fields(self, facts: Mapping[str, Any]) -> Sequence[pa.Field]:
        """Those of each head, behind `has_label`."""
        return [
            field.with_name(f"{name}.{field.name}")
            for name, columns in self._columns.items()
            for field in (pa.field(_HAS_LABEL, pa.bool_()), *columns.fields(part_of(name, facts)))
        ]

    def values(self, answers: Answers) -> Mapping[str, Any]:
        """The same by column."""
        stored = stored_labels(names_of(self._heads), answers.facts)
        found: dict[str, Any] = {}
        for name, columns in self._columns.items():
            has_label, facts = stored[name].has_label(answers.expected), part_of(name, answers.facts)
            own = Answers(stored[name].labels(answers.expected), part_of(name, answers.outputs), facts)
            values = dict(columns.values(own))
            for field in columns.fields(facts):
                if field.name in columns.of_label:
                    array = pa.array(values[field.name], field.type)
                    values[field.name] = pc.if_else(pa.array(has_label), array, pa.nulls(len(array), field.type))
            found |= with_name(name, {_HAS_LABEL: has_label, **values})
        return found

    def answers(self, table: pa.Table, facts: Mapping[str, Any]) -> Answers:
        """What `values` was given; of a row without a label of a head, its outputs are 0."""
        stored = stored_labels(names_of(self._heads), facts)
        has_labels, labels = {}, {}
        outputs: dict[str, np.ndarray] = {}
        known: dict[str, Any] = {}
        for name, columns in self._columns.items():
            has_label = table[f"{name}.{_HAS_LABEL}"].to_numpy()
            own = pa.table({kept: table[f"{name}.{kept}"] for kept in columns.kept}).filter(pa.array(has_label))
            read = columns.answers(own, part_of(name, facts))
            has_labels[name], labels[name] = has_label, _spread(read.expected, has_label)
            spread = {output: _spread(values, has_label) for output, values in read.outputs.items()}
            outputs |= with_name(name, spread)
            known |= with_name(name, {**part_of(name, facts), **read.facts})
        return Answers(put_together(stored, labels, has_labels), outputs, known)

    def _named(self, names: Any) -> tuple[str, ...]:
        return tuple(f"{name}.{each}" for name, columns in self._columns.items() for each in names(columns))


def _spread(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Values of some rows, bool [N], among zeros for the others: [N, …]."""
    spread = np.zeros((len(rows), *values.shape[1:]), values.dtype)
    spread[rows] = values
    return spread
