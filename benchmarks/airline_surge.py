"""The surge of complaints in tweets about airlines on 22 February 2015, by their true labels."""

import csv
import datetime

import numpy as np

from bert_tf.detection.alarm_limits import simulate_limits
from bert_tf.detection.buckets import DAY, Buckets
from bert_tf.detection.learn_quiet import learn_quiet
from bert_tf.detection.surge_detector import SurgeDetector

HOUR = 3600
QUIET = (17, 18, 19, 20)  # of February; on the 16th, the file has four tweets


def hourly(path: str) -> Buckets:
    """All tweets of a file, by hour of its own clock."""
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        rows = [(_moment(row["tweet_created"]), row["airline_sentiment"] == "negative") for row in csv.DictReader(file)]
    hours = np.array([moment // HOUR for moment, _ in rows])
    starts, place = np.unique(hours, return_inverse=True)
    negative = np.array([bad for _, bad in rows])
    texts, negatives = np.bincount(place), np.bincount(place, negative).astype(np.int64)
    return Buckets(starts * HOUR, HOUR, texts, negatives, np.zeros(len(starts)))


def _moment(text: str) -> int:
    clock = datetime.datetime.strptime(text, "%d-%m-%Y %H:%M").replace(tzinfo=datetime.UTC)
    return int(clock.timestamp())


def february(day: int) -> int:
    return int(datetime.datetime(2015, 2, day, tzinfo=datetime.UTC).timestamp())


def of_days(tweets: Buckets, days: tuple[int, ...]) -> Buckets:
    taken = np.isin(tweets.starts // DAY, [february(day) // DAY for day in days])
    return Buckets(tweets.starts[taken], HOUR, tweets.texts[taken], tweets.negatives[taken], tweets.offsets[taken])


def watch(tweets: Buckets, *, quiet: tuple[int, ...], days: tuple[int, ...]) -> SurgeDetector:
    learned = of_days(tweets, quiet)
    pattern = learn_quiet(learned)
    detector = SurgeDetector(pattern, simulate_limits(pattern, learned, days=100))
    later = of_days(tweets, days)
    for start, texts, negatives in zip(later.starts, later.texts, later.negatives, strict=True):
        detector.put(int(start), texts=int(texts), negatives=int(negatives))
    return detector


def report_airline(path: str) -> None:
    tweets = hourly(path)
    print("\nAirline tweets by true labels, hourly, one false alarm in 100 days")
    for quiet, days in (
        (QUIET, (21, 22, 23, 24)),
        (QUIET, (22, 23, 24)),
        ((*QUIET, 21), (22, 23, 24)),
        *((tuple(day for day in QUIET if day != one), (one,)) for one in QUIET),
    ):
        print(f"  learned {', '.join(map(str, quiet))}; watched {', '.join(map(str, days))}")
        alarms = watch(tweets, quiet=quiet, days=days).alarms
        for alarm in alarms:
            share, more = alarm.share, alarm.difference
            print(
                f"    raised on {_clock(alarm.raised)}, since {_clock(alarm.since)}: {share.value:.1%} of {alarm.texts}"
                f" [{share.low:.1%}–{share.high:.1%}] after {alarm.before.value:.1%}, {100 * more.value:+.1f} points"
                f" [{100 * more.low:+.1f} to {100 * more.high:+.1f}], once in {alarm.days_between:.0f} days by chance"
            )
        if not alarms:
            print("    no alarm")


def _clock(moment: int) -> str:
    return f"{datetime.datetime.fromtimestamp(moment, datetime.UTC):%-d February, %H:%M}"
