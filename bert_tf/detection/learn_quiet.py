"""From the counts of a quiet period to its pattern."""

import numpy as np
from scipy.special import expit

from bert_tf.detection.buckets import DAY, HOURS, WEEKDAYS, Buckets, calendar
from bert_tf.detection.quiet_pattern import Effects, QuietPattern
from bert_tf.detection.variance_component import VarianceComponent
from bert_tf.errors import DataError

LEAST_BUCKETS = 7
LEAST_OF_A_MOOD = 10
_NEGATIVE = "negative"
_ROUNDS = 30
_DAYS_FOR_WEEKDAYS = 14
_LARGEST_DISPERSION = 0.25
# In logits: a day that lies half a logit off, 12 points at a share of a half, is not called quiet.
_LARGEST_DAY_VARIANCE = 0.25


def learn_quiet(quiet: Buckets) -> QuietPattern:
    """Learn the pattern of a quiet period.

    Level, hours and weekdays are fitted in turn by Newton's steps of the binomial likelihood, with weights for
    overdispersion (Williams 1982) and effects that are shrunk. Variances are estimated by moments.

    Raises:
        DataError: Fewer than 7 buckets with texts, or fewer than 10 texts of a mood.
    """
    _check_quiet(quiet)
    fit = _Fit(quiet)
    for _ in range(_ROUNDS):
        fit.improve()
    return fit.pattern()


def _check_quiet(quiet: Buckets) -> None:
    filled, texts, negatives = int((quiet.texts > 0).sum()), int(quiet.texts.sum()), int(quiet.negatives.sum())
    if filled == 0:
        raise DataError(
            "There is no quiet period: no bucket of it has texts.", hint="name a time in which the stream was as usual"
        )
    if filled < LEAST_BUCKETS:
        raise DataError(
            f"The quiet period has {filled} buckets with texts; at least {LEAST_BUCKETS} are needed.",
            hint="take a longer quiet period, or shorter buckets",
        )
    for count, mood in ((negatives, _NEGATIVE), (texts - negatives, f"not {_NEGATIVE}")):
        if count < LEAST_OF_A_MOOD:
            raise DataError(
                f"{_how_few(count, texts, mood)}; at least {LEAST_OF_A_MOOD} of each mood are needed to know how often "
                "that happens by chance.",
                hint="take a longer quiet period",
            )


def _how_few(count: int, texts: int, mood: str) -> str:
    of_all = f"{texts:,} texts of the quiet period"
    if count:
        return f"{count} of the {of_all} {'is' if count == 1 else 'are'} {mood}"
    return f"None of the {of_all} is negative" if mood == _NEGATIVE else f"All {of_all} are negative"


class _Fit:
    """The quiet period's buckets with texts, and effects that get better."""

    def __init__(self, quiet: Buckets) -> None:
        filled = quiet.texts > 0
        self.quiet = quiet
        self.when = calendar(quiet.starts[filled], quiet.zone)
        self.texts, self.negatives = quiet.texts[filled], quiet.negatives[filled]
        self.offsets = quiet.offsets[filled]
        share = self.negatives.sum() / self.texts.sum()
        self.level = float(np.log(share / (1 - share)))
        self.hours, self.weekdays = Effects.none(HOURS), Effects.none(WEEKDAYS)
        _, self.day_of = np.unique(self.when.days, return_inverse=True)
        self.dispersion = VarianceComponent(0.0, 0.0, 0.0, _LARGEST_DISPERSION)
        self.day_to_day = VarianceComponent(0.0, 0.0, 0.0, _LARGEST_DAY_VARIANCE)

    @property
    def by_hour(self) -> bool:
        return self.quiet.seconds < DAY

    @property
    def by_weekday(self) -> bool:
        return int(self.day_of.max()) + 1 >= _DAYS_FOR_WEEKDAYS

    def improve(self) -> None:
        """A Newton step for each kind of effect, and new variances."""
        if self.by_hour:
            score, weight = self._sums(self.when.hours, HOURS)
            self.hours = Effects.shrunk(*_steps(self.hours.values, score, _variances(weight)))
        if self.by_weekday:
            self.weekdays = self._better_weekdays()
        score, weight = self._sums(np.zeros_like(self.day_of), 1)
        self.level += float(score[0] / weight[0])
        self._spread()

    def pattern(self) -> QuietPattern:
        _, weights = self._sums(self.day_of, int(self.day_of.max()) + 1)
        return QuietPattern(
            zone=self.quiet.zone,
            seconds=self.quiet.seconds,
            level=self.level,
            level_variance=float(1 / weights.sum()),
            days=float(weights.sum() ** 2 / (weights @ weights)),
            hours=self.hours,
            weekdays=self.weekdays,
            dispersion=self.dispersion,
            day_to_day=self.day_to_day,
            texts=int(self.texts.sum()),
            negatives=int(self.negatives.sum()),
        )

    def _better_weekdays(self) -> Effects:
        days = int(self.day_of.max()) + 1
        _, weights = self._sums(self.day_of, days)
        weekday_of = np.zeros(days, np.int64)
        weekday_of[self.day_of] = self.when.weekdays
        score, weight = self._sums(self.when.weekdays, WEEKDAYS)
        # A weekday's step is of its texts; how well it is known depends on how much its days differ, too.
        found, of_texts = _steps(self.weekdays.values, score, _variances(weight))
        squares = np.bincount(weekday_of, weights**2, WEEKDAYS)
        day_shares = np.divide(squares, weight**2, out=np.zeros(WEEKDAYS), where=weight > 0)
        return Effects.shrunk(found, of_texts + self.day_to_day.value * day_shares, day_shares)

    def _spread(self) -> None:
        """Variance of buckets within days, and of days."""
        shares = self._shares()
        binomial = self.texts * shares * (1 - shares)
        apart = self.negatives - self.texts * shares
        spent = 1.0 + self.weekdays.freedom
        if self.by_hour:
            days = int(self.day_of.max()) + 1
            score, weights = self._sums(self.day_of, days)
            self.day_to_day = VarianceComponent.between(
                score / weights, 1 / weights, spent=spent, largest=_LARGEST_DAY_VARIANCE
            )
            apart = apart - binomial * (score / weights)[self.day_of]
            spent = days + self.hours.freedom
        freedom = len(self.texts) - spent
        scale = float((self.texts - 1).mean())
        self.dispersion = VarianceComponent(
            float((apart**2 / binomial).sum()), max(0.0, freedom), scale, _LARGEST_DISPERSION
        )

    def _sums(self, group_of: np.ndarray, groups: int) -> tuple[np.ndarray, np.ndarray]:
        """Score and information of the binomial likelihood for each group's effect, weighted for overdispersion."""
        shares = self._shares()
        more = 1 + (self.texts - 1) * self.dispersion.value
        score = np.bincount(group_of, (self.negatives - self.texts * shares) / more, groups)
        weight = np.bincount(group_of, self.texts * shares * (1 - shares) / more, groups)
        return score, weight

    def _shares(self) -> np.ndarray:
        effects = self.hours.values[self.when.hours] + self.weekdays.values[self.when.weekdays]
        return expit(self.level + effects + self.offsets)


def _steps(values: np.ndarray, score: np.ndarray, variances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Effects after a Newton step, less their mean over what is known, and their variances."""
    known = np.isfinite(variances)
    found = np.where(known, values + score * np.where(known, variances, 0.0), 0.0)
    weights = 1 / variances[known]
    mean = float(weights @ found[known] / weights.sum())
    return np.where(known, found - mean, 0.0), variances


def _variances(weights: np.ndarray) -> np.ndarray:
    """Inverse weights, infinite where nothing is known."""
    return np.divide(1.0, weights, out=np.full(len(weights), np.inf), where=weights > 0)
