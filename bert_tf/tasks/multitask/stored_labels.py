"""How the labels of all heads are stored as one row of numbers: for each head whether there is one, and what it is."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

STORED_AS = "stored_as"


@dataclasses.dataclass(frozen=True)
class StoredLabels:
    """Where a head's labels stand in rows of numbers, float32 [N, W].

    Float32 holds ids of labels up to 2²⁴, booleans, and the numbers that are stored as float32 anyway.

    Attributes:
        start: The column that says whether a row has a label; the label stands behind it.
        dtype: Of a label, as NumPy calls it.
        shape: Of a label.
    """

    start: int
    dtype: str
    shape: tuple[int, ...]

    @property
    def stop(self) -> int:
        """The column behind the label."""
        return self.start + 1 + self.width

    @property
    def width(self) -> int:
        """Numbers of a label."""
        return int(np.prod(self.shape, dtype=np.int64))

    def has_label(self, rows: Any) -> Any:
        """Whether each of N rows has a label of the head, bool [N]; of arrays and of tensors."""
        return rows[:, self.start] > 0

    def labels(self, rows: np.ndarray) -> np.ndarray:
        """The labels as the head's task stores them, [N, …]; zeros for a row without one."""
        return rows[:, self.start + 1 : self.stop].reshape(-1, *self.shape).astype(self.dtype)


def stored_labels(names: Sequence[str], facts: Mapping[str, Any]) -> dict[str, StoredLabels]:
    """By head, from what a run's facts say of each: its dtype, and the numbers of a label where these are several."""
    found, start = {}, 0
    for name in names:
        dtype, *shape = facts[f"{name}.{STORED_AS}"]
        found[name] = StoredLabels(start, dtype, tuple(shape))
        start = found[name].stop
    return found


def stored_as(kind: pa.DataType) -> tuple[Any, ...]:
    """The fact of labels of an Arrow type: of numbers, or of lists of equally many."""
    if pa.types.is_fixed_size_list(kind):
        return (np.dtype(kind.value_type.to_pandas_dtype()).name, kind.list_size)
    return (np.dtype(kind.to_pandas_dtype()).name,)


def put_together(
    stored: Mapping[str, StoredLabels], labels: Mapping[str, np.ndarray], has_label: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Rows of numbers, float32 [N, W], of the labels of each head, [N, …]; what has none is left 0."""
    rows = len(next(iter(has_label.values())))
    together = np.zeros((rows, max(each.stop for each in stored.values())), np.float32)
    for name, each in stored.items():
        together[:, each.start] = has_label[name]
        flat = labels[name].reshape(rows, -1)
        together[:, each.start + 1 : each.stop] = np.where(has_label[name][:, np.newaxis], flat, 0)
    return together
