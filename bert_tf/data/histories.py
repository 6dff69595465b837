"""What users did before: the items of each event's user that come earlier in time, whatever the order of the rows."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from bert_tf.ragged_rows import RaggedRows


@dataclasses.dataclass(frozen=True, eq=False)
class Events:
    """N events.

    Attributes:
        users: Equal where users are, int64 [N].
        times: Of any unit, float64 [N].
        longest: Items that are read of a history, at most.
        features: What is known of each item beside its text, cells of the same columns; N, or none.
    """

    users: np.ndarray
    times: np.ndarray
    longest: int
    features: Sequence[tuple[str, ...]] = ()


@dataclasses.dataclass(frozen=True, eq=False)
class Histories:
    """The items before each of N events of the same user, strictly earlier: of one time, none is before the other.

    Attributes:
        items: Of all events, by user and time, int32 [E].
        starts, stops: Which of these each history is, oldest first, int64 [N] each.
        times: Of all events, as `items`, float64 [E].
        now: Time of each of the N events, float64 [N].
    """

    items: np.ndarray
    starts: np.ndarray
    stops: np.ndarray
    times: np.ndarray
    now: np.ndarray

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, rows: "slice | np.ndarray") -> "Histories":
        """Those of some events."""
        return dataclasses.replace(self, starts=self.starts[rows], stops=self.stops[rows], now=self.now[rows])

    @property
    def lengths(self) -> np.ndarray:
        """Of whole histories, int64 [N]."""
        return self.stops - self.starts

    @property
    def whole(self) -> RaggedRows:
        """All items of each, oldest first, int32 [N, …]."""
        return RaggedRows.of_lengths(self.items[_places(self.starts, self.lengths)], self.lengths)

    def newest(self, most: int) -> np.ndarray:
        """The last items of each, newest first, and 0 behind them; int32 [N, most]."""
        places, is_there = self._newest(most)
        return np.where(is_there, self.items[places], 0).astype(np.int32)

    def ages(self, most: int) -> np.ndarray:
        """How long before the event those of `newest` were, and 0 behind them; float32 [N, most]."""
        places, is_there = self._newest(most)
        return np.where(is_there, self.now[:, np.newaxis] - self.times[places], 0).astype(np.float32)

    def _newest(self, most: int) -> tuple[np.ndarray, np.ndarray]:
        places = self.stops[:, np.newaxis] - 1 - np.arange(most)
        return np.maximum(places, 0), places >= self.starts[:, np.newaxis]


def histories_of(events: Sequence[Events], items: Sequence[np.ndarray]) -> Histories:
    """The histories of the last of several splits, in the order of its rows; those of the others count as well.

    Args:
        events: Of the splits up to this one.
        items: Of each split, int32, above 0.
    """
    users, times = (np.concatenate([getattr(each, name) for each in events]) for name in ("users", "times"))
    order = np.lexsort((times, users))
    users, times = users[order], times[order]
    is_other_user = np.append(True, users[1:] != users[:-1])
    is_later = is_other_user | np.append(True, times[1:] != times[:-1])
    places = np.arange(len(order))
    starts, stops = (np.maximum.accumulate(np.where(begins, places, 0)) for begins in (is_other_user, is_later))
    place_of = np.empty(len(order), np.int64)
    place_of[order] = places
    own = place_of[len(order) - len(events[-1].users) :]
    return Histories(np.concatenate(items)[order].astype(np.int32), starts[own], stops[own], times, times[own])


def _places(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())


def latest_parts(times: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    """Give each share the latest events that are left, the last share first; events of one time go together.

    Args:
        times: float64 [N].
        shares: Of all N, above 0; their sum is below 1.

    Returns:
        int8 [N]: 0 for an event that is left, 1 for the first share, 2 for the second.
    """
    parts = np.zeros(len(times), np.int8)
    ascending, end = np.sort(times), len(times)
    for number in range(len(shares), 0, -1):
        begin = max(end - round(shares[number - 1] * len(times)), 0)
        if begin == end:
            continue
        limit = ascending[begin]
        # Where it falls among events of one time, all of these come into the later part.
        parts[(times >= limit) & (parts == 0)] = number
        end = int(np.searchsorted(ascending, limit, side="left"))
    return parts
