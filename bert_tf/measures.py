"""Measures: what scores are called, which way is better, and how they are written."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bert_tf.scores import score_text


@dataclass(frozen=True)
class Measure:
    """A figure of how good answers are.

    Attributes:
        key: In metrics.json, such as `macro_f1`.
        name: For people: `macro F1`.
        better: Whether more or less of it is better.
        unit: `share`, between 0 and 1, or what it is counted in, such as `nats`.
        epoch_key: Its key among the figures of an epoch; empty where that is `key`.
        text: A value as it is written.
        is_mean: Whether it is a mean over rows, so that a single row has a value of its own.
    """

    key: str
    name: str
    better: Literal["more", "less"] = "more"
    unit: str = "share"
    epoch_key: str = ""
    text: Callable[[float], str] = score_text
    is_mean: bool = False

    def interval_text(self, low: float, high: float) -> str:
        """The two ends of an interval of it: `0.8947 to 0.9342`."""
        return f"{self.text(low)} to {self.text(high)}"

    def difference_text(self, difference: float) -> str:
        """One value of it minus another, with its sign: `+0.0120`."""
        text = self.text(difference)
        return text if text.startswith("-") else f"+{text}"

    def rank(self, value: float) -> float:
        """What values are sorted by: the best first, and last what is not a number."""
        if math.isnan(value):
            return math.inf
        return value if self.better == "less" else -value

    def of_epoch(self, figures: Mapping[str, float], *, prefix: str = "") -> float | None:
        """Its value among the figures of an epoch, or of a checkpoint; None where it is measured at the end only.

        Args:
            figures: Such as `loss` and `macro_f1`.
            prefix: Of their keys: `val_` where figures of training stand beside them.
        """
        return figures.get(prefix + (self.epoch_key or self.key))


def row_measure(measures: Sequence[Measure]) -> Measure:
    """The measure by which single rows are held against each other: the first mean over rows, else the first of all."""
    return next((measure for measure in measures if measure.is_mean), measures[0])


def find_measure(place: str, measures: Iterable[Measure]) -> Measure:
    """The measure that a figure is of; of one that is none of them, such as a label's F1, more is better.

    Args:
        place: In metrics.json or among the figures of an epoch: `test.macro_f1`, `validation.loss`.
        measures: Those that it may be.
    """
    found = (
        measure
        for measure in measures
        for key in (measure.key, measure.epoch_key)
        # A key has a point where it is of a head.
        if key and f".{place}".endswith(f".{key}")
    )
    return next(found, Measure(place, place))
