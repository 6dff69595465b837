"""What was counted of a whole stream beside its series, and how far the stream has come."""

import bisect
import dataclasses
import math
from collections import Counter
from typing import Any, Self

_MOST_SHOWN = 20
LEAP = 86_400.0  # seconds that a single event can't move a stream's time by
_STRAY, _FEWEST, _MOST = 0.001, 3, 100


def believed(events: int) -> int:
    """How many events have to agree on a time far from that of all others: fewer of them may have a wrong clock.

    One in a thousand of all events, 3 at least and 100 at most.
    """
    return min(max(math.ceil(_STRAY * events), _FEWEST), _MOST)


@dataclasses.dataclass
class Counters:
    """Of all events since the beginning.

    Attributes:
        events: That were counted.
        refused: Rows that make no event, by two or three words.
        shown: The first of those, each with its place.
        late: Events that came too late to be judged; their series have them.
        duplicates: Events skipped because their id was already counted.
        repeats: Events that equal a recent one in time, series and text; they are counted.
        naive, zoned: Events whose time had no time zone, or had one.
        newest: How far the stream has come, in seconds since 1970: the time of the newest event that is believed; None
            before the third event.
        ahead: Times of events that lie more than a day ahead of that, rising. They are counted, but too few to say that
            the stream has come so far.
    """

    events: int = 0
    refused: Counter[str] = dataclasses.field(default_factory=Counter)
    shown: list[str] = dataclasses.field(default_factory=list)
    late: int = 0
    duplicates: int = 0
    repeats: int = 0
    naive: int = 0
    zoned: int = 0
    newest: float | None = None
    ahead: list[float] = dataclasses.field(default_factory=list)

    @classmethod
    def of_json(cls, values: dict[str, Any]) -> Self:
        """What `as_json` gave."""
        return cls(**{**values, "refused": Counter(values["refused"])})

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return {**dataclasses.asdict(self), "refused": dict(self.refused)}

    def refuse(self, reasons: Counter[str], shown: list[str]) -> None:
        """Add rows that make no event."""
        self.refused.update(reasons)
        self.shown = [*self.shown, *shown][:_MOST_SHOWN]

    def see(self, moment: float) -> None:
        """Let an event that was counted say how far the stream has come.

        One that leaps ahead by more than a day says nothing until enough others are as far (`believed`): after a gap
        these come at once, while a wrong clock stays alone.

        Args:
            moment: Its time, in seconds since 1970.
        """
        if self._is_near(moment):
            self.newest = max(moment, self.newest or moment)
        else:
            bisect.insort(self.ahead, moment)
        while self.ahead and (self._is_near(self.ahead[0]) or len(self.ahead) >= believed(self.events)):
            self.newest = max(self.ahead.pop(0), self.newest or -math.inf)

    def _is_near(self, moment: float) -> bool:
        return self.newest is not None and moment <= self.newest + LEAP
