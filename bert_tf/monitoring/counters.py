"""What was counted of a whole stream beside its series."""

import dataclasses
from collections import Counter
from typing import Any, Self

_MOST_SHOWN = 20


@dataclasses.dataclass
class Counters:
    """Of all events since the beginning.

    Attributes:
        events: That were counted.
        refused: Rows that make no event, by two or three words.
        shown: The first of those, each with its place.
        late: Events that came too late to be judged; their series have them.
        duplicates: Events left out because their id was counted before.
        repeats: Events that equal a recent one in time, series and text; they are counted.
        naive, zoned: Events whose time had no time zone, or had one.
        newest: Time of the newest event, in seconds since 1970; None before the first.
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
