"""What was seen since a surge may have begun, in sums."""

import dataclasses
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import expit

from bert_tf.detection.alarm import Estimate, normal_estimate, wilson
from bert_tf.detection.quiet_pattern import QuietPattern


@dataclass(frozen=True)
class Counted:
    """A bucket of a series, as it was counted.

    Attributes:
        start: Unix seconds.
        texts: In it.
        negatives: Of them.
        offset: What its topics let expect beside the usual mix, in logits.
    """

    start: int
    texts: int
    negatives: int
    offset: float = 0.0


@dataclass(frozen=True)
class Tally:
    """Sums over buckets in order of time.

    Attributes:
        since: Beginning of the first, in Unix seconds.
        until: End of the last that has texts.
        texts: In all.
        negatives: Of them.
        expected: Negatives that the quiet pattern expects.
        binomial: Variance of the negatives if texts were independent.
        variance: Variance as the quiet pattern has it, with dispersion and differences of days.
        day: Number of the last bucket's day,
        of_day: and its share of `binomial`.
    """

    since: int = 0
    until: int = 0
    texts: int = 0
    negatives: int = 0
    expected: float = 0.0
    binomial: float = 0.0
    variance: float = 0.0
    day: int = 0
    of_day: float = 0.0

    def plus(self, bucket: Counted, *, pattern: QuietPattern, logit: float, day: int) -> Self:
        """With a bucket whose expected share has a given logit."""
        usual = float(expit(logit))
        binomial = bucket.texts * usual * (1 - usual)
        before = self.of_day if day == self.day else 0.0
        # The variance of a day's sum is a square of the whole day's weight.
        squares = (before + binomial) ** 2 - before**2
        more = binomial * (1 + (bucket.texts - 1) * pattern.dispersion.value) + squares * pattern.day_to_day.value
        return dataclasses.replace(
            self,
            since=self.since if self.texts else bucket.start,
            until=bucket.start + pattern.seconds if bucket.texts else self.until,
            texts=self.texts + bucket.texts,
            negatives=self.negatives + bucket.negatives,
            expected=self.expected + bucket.texts * usual,
            binomial=self.binomial + binomial,
            variance=self.variance + more,
            day=day,
            of_day=before + binomial,
        )

    def share(self) -> Estimate:
        """Of negatives, of as many independent texts as the variance leaves (Kish 1965). There is one text at least."""
        return wilson(self.negatives / self.texts, self.texts * self.binomial / self.variance)

    def before(self, pattern: QuietPattern) -> Estimate:
        """Share that is expected, as well as the quiet period tells its level."""
        slope = self.binomial / self.texts
        unknown = pattern.level_variance + pattern.day_to_day.value / pattern.days
        return normal_estimate(self.expected / self.texts, slope * float(np.sqrt(unknown)))
