"""Rows that can't be scored, counted by reason; the first ones are kept with their places."""

import dataclasses
from collections import Counter

from bert_tf.data.checks import Refusal

_SHOWN = 20


@dataclasses.dataclass
class Refusals:
    """Rows that can't be scored.

    Attributes:
        reasons: How many, by two or three words.
        shown: The first twenty, each with its place.
    """

    reasons: Counter[str] = dataclasses.field(default_factory=Counter)
    shown: list[str] = dataclasses.field(default_factory=list)

    def add(self, place: str, refusal: Refusal) -> None:
        """Record a row."""
        self.reasons[refusal.reason] += 1
        if len(self.shown) < _SHOWN:
            self.shown.append(f"{place}: {refusal.message}")
