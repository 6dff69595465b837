"""What an alarm says, and the intervals of its numbers."""

import math
from dataclasses import dataclass

from scipy.stats import norm

_LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A number and the ends of its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Alarm:
    """A surge of the negative.

    Share and difference are of the buckets from `since` to the last that spoke for the surge. As these were chosen by
    their shares, both are somewhat too large while an alarm is new.

    Attributes:
        number: 1 for the first of a series. While late texts change what was seen, the same surge keeps its number; an
            alarm that they refute is gone, and its number goes to the next.
        raised: When it could first be known: the end of the bucket that raised it, in Unix seconds.
        since: When the surge began, as estimated: the beginning of a bucket.
        until: End of the last bucket that spoke for the surge.
        ended: When the share was back to normal, as estimated: the end of a bucket. None while the alarm is on.
        texts: From `since` to `until`.
        negatives: Of them.
        before: Share of negatives that the quiet pattern lets expect of these buckets.
        share: Share that was seen.
        difference: What was seen less what was expected.
        days_between: How many days lie between false alarms of as much evidence, on the mean; as large as could be
            told from the simulation at most. Of all series together where these share the rate.
        provisional: Whether late texts can still change when it was raised.
    """

    number: int
    raised: int
    since: int
    until: int
    ended: int | None
    texts: int
    negatives: int
    before: Estimate
    share: Estimate
    difference: Estimate
    days_between: float
    provisional: bool


def wilson(share: float, count: float) -> Estimate:
    """Wilson's interval (1927) of a share of `count` > 0 texts, which need not be a whole number."""
    z = float(norm.ppf((1 + _LEVEL) / 2))
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half))


def normal_estimate(value: float, deviation: float) -> Estimate:
    """A share whose estimate has a normal distribution, cut off at 0 and 1."""
    half = float(norm.ppf((1 + _LEVEL) / 2)) * deviation
    return Estimate(value, max(0.0, value - half), min(1.0, value + half))


def difference(share: Estimate, before: Estimate) -> Estimate:
    """Of two independent shares, with the interval that Newcombe (1998, method 10) makes of theirs."""
    apart = share.value - before.value
    below = math.hypot(share.value - share.low, before.high - before.value)
    above = math.hypot(share.high - share.value, before.value - before.low)
    return Estimate(apart, apart - below, apart + above)
