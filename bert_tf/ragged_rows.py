"""Arrays that differ in length, one for each of N rows, such as what is expected of each word of each text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self, overload

import numpy as np

# Values of N rows: one array, [N, …], or `RaggedRows` where rows differ in length. Which of both, a task knows.
RowValues = Any


@dataclass(frozen=True, eq=False)
class RaggedRows:
    """N arrays in one; taken by a mask, by indices or as a part, as rows of an array are.

    Attributes:
        values: Of all rows, one behind the other, [T, …].
        splits: Where each row begins, and where the last ends, int64 [N + 1].
    """

    values: np.ndarray
    splits: np.ndarray

    @classmethod
    def of_lengths(cls, values: np.ndarray, lengths: np.ndarray) -> Self:
        """Rows of `lengths`, int [N], whose values stand one behind the other."""
        return cls(values, np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]))

    @property
    def lengths(self) -> np.ndarray:
        """Values of each row, int64 [N]."""
        return np.diff(self.splits)

    @property
    def row_of(self) -> np.ndarray:
        """The row of each value, int64 [T]."""
        return np.repeat(np.arange(len(self)), self.lengths)

    @property
    def dtype(self) -> np.dtype:
        """Of a value."""
        return self.values.dtype

    @property
    def shape(self) -> tuple[int | None, ...]:
        """(N, None, …)."""
        return len(self), None, *self.values.shape[1:]

    def __len__(self) -> int:
        return len(self.splits) - 1

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self.values[start:stop] for start, stop in zip(self.splits, self.splits[1:], strict=False))

    @overload
    def __getitem__(self, rows: int | np.integer) -> np.ndarray: ...
    @overload
    def __getitem__(self, rows: slice | np.ndarray) -> "RaggedRows": ...
    def __getitem__(self, rows: "int | np.integer | slice | np.ndarray") -> "np.ndarray | RaggedRows":
        """One row, [t, …]; or those of a slice, of indices or of a mask, bool [N]."""
        if isinstance(rows, int | np.integer):
            row = range(len(self))[int(rows)]
            return self.values[self.splits[row] : self.splits[row + 1]]
        chosen = np.arange(len(self))[rows]
        lengths = self.lengths[chosen]
        before = np.cumsum(lengths) - lengths
        places = np.repeat(self.splits[chosen] - before, lengths) + np.arange(lengths.sum())
        return RaggedRows.of_lengths(self.values[places], lengths)

    def heads(self, lengths: np.ndarray) -> "RaggedRows":
        """The first values of each row, int [N]; all of a row that has fewer."""
        kept = np.minimum(self.lengths, lengths)
        inside = np.arange(len(self.values)) - np.repeat(self.splits[:-1], self.lengths)
        return RaggedRows.of_lengths(self.values[inside < np.repeat(kept, self.lengths)], kept)

    def padded(self, length: int | None = None, *, fill: Any = 0) -> np.ndarray:
        """One array, [N, length, …], with `fill` behind each row; as long as the longest if no length is given."""
        lengths = self.lengths
        width = int(lengths.max(initial=0)) if length is None else length
        padded = np.full((len(self), width, *self.values.shape[1:]), fill, self.values.dtype)
        padded[np.arange(width) < lengths[:, np.newaxis]] = self.values
        return padded


def concatenated(parts: Sequence[RowValues]) -> RowValues:
    """The rows of one or more parts, one behind the other.

    Arrays that are padded to the longest row of their part are padded to the longest of all: by zeros, or empty bytes.
    """
    if isinstance(parts[0], RaggedRows):
        values, lengths = [part.values for part in parts], [part.lengths for part in parts]
        return RaggedRows.of_lengths(np.concatenate(values), np.concatenate(lengths))
    if parts[0].ndim > 1 and len({part.shape[1:] for part in parts}) > 1:
        width = max(part.shape[1] for part in parts)
        parts = [_widened(part, width) for part in parts]
    return np.concatenate(parts)


def _widened(part: np.ndarray, width: int) -> np.ndarray:
    room = [(0, 0), (0, width - part.shape[1]), *[(0, 0)] * (part.ndim - 2)]
    return np.pad(part, room, constant_values=b"" if part.dtype == object else 0)
