"""False alarms and delays of the surge detector on simulated series, and the surge of complaints in airline tweets.

    python -m benchmarks.alarms
    python -m benchmarks.alarms --first-seed 500 --rates
    python -m benchmarks.alarms --series 200 --airline data/airline/tweets.csv

1. Each of 1,000 quiet series teaches a pattern in 28 days, and is watched for 100 more at one false alarm in 100 days.
   The rate is right where the number of alarms lies in the interval of the binomial distribution with the promised
   share of alarms a day. Series differ by how well they were learned, so their standard error stands beside it.
2. Surges of 5, 10 and 20 points begin at a random time, 7 to 14 days after learning: days until the alarm, beside a
   z-score of daily shares and a fixed threshold, both tuned to as many false alarms on the same series. Series that
   had an alarm before their surge are left out, each contestant's own; a surge that was not found in 60 days counts as
   60.
3. With `--airline`: learn 17 to 20 February 2015, watch from the 21st on; and learn three of these days and watch the
   fourth.
"""

import argparse
import collections
import statistics
import time
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from benchmarks.airline_surge import report_airline
from benchmarks.alarm_peers import PEERS, count_alarms, first_alarm, tuned
from benchmarks.alarm_series import OVERDISPERSED, POISSON, Scenario, daily_shares, simulate, with_bucket
from bert_tf.detection.alarm_limits import AlarmLimits, simulate_limits
from bert_tf.detection.buckets import DAY, Buckets
from bert_tf.detection.cusum import Cusums
from bert_tf.detection.evidence import surge_evidence
from bert_tf.detection.learn_quiet import learn_quiet
from bert_tf.detection.quiet_pattern import QuietPattern
from bert_tf.detection.surge_detector import SurgeDetector

QUIET_DAYS, WATCHED_DAYS, LONGEST = 28, 100, 60
POINTS = (0.05, 0.10, 0.20)
_SEED_OF_LIMITS = 1_000_000


@dataclass(frozen=True, eq=False)
class Watched:
    """A series, and what was learned of its beginning."""

    scenario: Scenario
    seed: int
    pattern: QuietPattern
    limits: AlarmLimits
    quiet_shares: np.ndarray  # by day
    later: Buckets


def learn(scenario: Scenario, *, seed: int, paths: int, days: float) -> Watched:
    series = simulate(scenario, days=QUIET_DAYS + WATCHED_DAYS, seed=seed)
    begins = int(series.starts[0]) + QUIET_DAYS * DAY
    quiet, later = series.before(begins), series.since(begins)
    pattern = learn_quiet(quiet)
    # By another seed than the series, whose draws these would be again.
    limits = simulate_limits(pattern, quiet, days=days, paths=paths, seed=_SEED_OF_LIMITS + seed)
    return Watched(scenario, seed, pattern, limits, daily_shares(quiet), later)


def false_alarms(watched: list[Watched]) -> np.ndarray:
    """Alarms of each quiet series, int64 [S]."""
    ratios = np.stack([_ratios(one) for one in watched], axis=-1)
    limits = np.array([one.limits.limits for one in watched]).T
    sums = Cusums.at_rest(*limits.shape)
    return np.sum([sums.add(bucket, limits) for bucket in ratios.swapaxes(0, 1)], axis=0)


def _ratios(one: Watched) -> np.ndarray:
    shares = one.pattern.shares(one.later.starts)
    logits = np.log(shares / (1 - shares))
    return surge_evidence(
        one.later.texts, one.later.negatives, logits, dispersion=one.pattern.dispersion.value,
        odds_ratios=one.limits.odds_ratios,
    )  # fmt: skip


def delays(watched: list[Watched], points: float, limits: dict[str, float]) -> dict[str, list[float]]:
    """Days from a surge to the first alarm, by contestant; `limits` are the peers'."""
    found: dict[str, list[float]] = collections.defaultdict(list)
    for one in watched:
        a_day = DAY // one.scenario.seconds
        at = int(np.random.default_rng([one.seed, 1]).integers(7 * a_day, 14 * a_day))
        series = simulate(
            one.scenario, days=QUIET_DAYS + 14 + LONGEST, seed=one.seed, surge_at=QUIET_DAYS * a_day + at, points=points
        )
        later = series.since(int(series.starts[0]) + QUIET_DAYS * DAY)
        begins = int(later.starts[at])
        raised = {"detector": _first_raised(one, later)}
        for name, peer in PEERS.items():
            day = first_alarm(peer(one.quiet_shares, daily_shares(later)), limits[name])
            raised[name] = None if day is None else int(later.starts[0]) + (day + 1) * DAY
        for name, moment in raised.items():
            days = LONGEST if moment is None else min(LONGEST, (moment - begins) / DAY)
            if days > 0:
                found[name].append(days)
    return found


def _first_raised(one: Watched, later: Buckets) -> int | None:
    detector = SurgeDetector(one.pattern, one.limits)
    for start, texts, negatives in zip(later.starts.tolist(), later.texts, later.negatives, strict=True):
        detector.put(start, texts=int(texts), negatives=int(negatives))
        if detector.alarm:
            return detector.alarm.raised
    return None


def report_rates(watched: list[Watched], *, days: float) -> None:
    print(f"\nQuiet: false alarms in {WATCHED_DAYS} days each, promised one in {days:g} days")
    names = [one.scenario.name for one in watched]
    alarms = false_alarms(watched)
    for name in [*dict.fromkeys(names), "all"]:
        of = alarms if name == "all" else alarms[[other == name for other in names]]
        low, high = binom.interval(0.95, len(of) * WATCHED_DAYS, 1 / days)
        error = of.std(ddof=1) * len(of) ** 0.5
        inside = "inside" if low <= of.sum() <= high else "outside"
        print(
            f"  {name:<16} {len(of):5} series  {of.sum():5} alarms, {inside} {low:.0f}–{high:.0f};"
            f" standard error of series {error:.0f}; one in {len(of) * WATCHED_DAYS / max(1, of.sum()):.0f} days"
        )


def report_delays(watched: list[Watched]) -> None:
    alarms = int(false_alarms(watched).sum())
    limits = {}
    for name, peer in PEERS.items():
        values = np.stack([peer(one.quiet_shares, daily_shares(one.later)) for one in watched])
        limits[name] = tuned(values, alarms=alarms)
        print(f"  {name}: limit {limits[name]:.3f}, {count_alarms(values, limits[name])} false alarms")
    for points in POINTS:
        print(f"  +{100 * points:.0f} points: days until the alarm")
        for name, days in delays(watched, points, limits).items():
            within = sum(one <= 1 for one in days) / len(days)
            print(
                f"    {name:<32} mean {statistics.mean(days):6.2f}  median {statistics.median(days):6.2f}"
                f"  90% {np.quantile(days, 0.9):6.2f}  within a day {within:4.0%}  of {len(days)}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=1000, help="half of them overdispersed [1000]")
    parser.add_argument("--first-seed", type=int, default=0, help="of the series [0]")
    parser.add_argument("--rates", action="store_true", help="false alarms only, no surges")
    parser.add_argument("--paths", type=int, default=200, help="simulated for the limits of each series [200]")
    parser.add_argument("--days", type=float, default=100, help="one false alarm in so many [100]")
    parser.add_argument("--bucket", type=int, default=3, help="hours [3]")
    parser.add_argument("--airline", metavar="FILE", help="tweets with airline_sentiment and tweet_created")
    arguments = parser.parse_args()
    started = time.process_time()
    watched = [
        learn(with_bucket(scenario, 3600 * arguments.bucket), seed=seed, paths=arguments.paths, days=arguments.days)
        for scenario in (POISSON, OVERDISPERSED)
        for seed in range(arguments.first_seed, arguments.first_seed + arguments.series // 2)
    ]
    report_rates(watched, days=arguments.days)
    for scenario in () if arguments.rates else (POISSON, OVERDISPERSED):
        print(f"\nSurges, {scenario.name}")
        report_delays([one for one in watched if one.scenario.name == scenario.name])
    if arguments.airline:
        report_airline(arguments.airline)
    print(f"\n{time.process_time() - started:.0f} CPU seconds")


if __name__ == "__main__":
    main()
