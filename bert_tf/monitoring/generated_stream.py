"""A generated stream, for tests and to try `bert-tf monitor`: nobody ever wrote these texts.

    python -m bert_tf.monitoring.generated_stream events.jsonl --days 30

Each line is an event with `id`, `time`, `company`, `text` and `sentiment`, as which it was generated. Companies and
sentences are made up. Volume follows the hour of the day; the share of negatives is 30% but for one company, whose
share surges on one day.
"""

import argparse
import datetime
import json
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

COMPANIES = ("Aldora", "Brightwell", "Cobalt Air")
SENTIMENTS = ("negative", "neutral", "positive")
START = datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC)  # a Monday
_SHARE = 0.3
_SUBJECTS = ("my order", "the app", "their support", "the new tariff", "my flight", "the invoice", "the hotline")
_SAID = {
    "negative": ("is a disaster", "was cancelled again", "still does not work", "is worse than ever", "lost my money"),
    "neutral": ("is scheduled for noon", "changed its address", "has a new number", "opens on Monday", "was updated"),
    "positive": ("was great", "works perfectly", "made my day", "is better than ever", "came early, thank you"),
}
_ENDINGS = ("", "!", " today", " this week", " once more", ", as I said")


@dataclass(frozen=True)
class Surge:
    """When more of a company's events are negative.

    Attributes:
        day: From the start of this day on, from 0.
        days: For so many days.
        points: How much larger the share is, in (0, 0.7).
        company: Whose.
    """

    day: int = 21
    days: int = 2
    points: float = 0.3
    company: str = COMPANIES[2]


def generated_events(
    *, days: int = 30, per_hour: float = 6.0, surge: Surge | None = Surge(), seed: int = 0
) -> Iterator[dict[str, Any]]:
    """Events in order of time.

    Args:
        days: From `START` on.
        per_hour: Events of a company in an hour on the mean, about; in the night there are fewer.
        surge: None for a quiet stream.
        seed: The same events for the same seed.
    """
    dice, number = np.random.default_rng(seed), 0
    for hour in range(24 * days):
        moment = START + datetime.timedelta(hours=hour)
        volume = per_hour * (1 + 0.8 * np.sin((moment.hour - 9) * np.pi / 12))
        counts = dice.poisson(volume, len(COMPANIES))
        whose = np.repeat(np.arange(len(COMPANIES)), counts)
        seconds = dice.integers(3600, size=len(whose))
        for place in np.argsort(seconds, kind="stable"):
            company = COMPANIES[whose[place]]
            sentiment = _sentiment(dice, _share(company, hour // 24, surge))
            when = moment + datetime.timedelta(seconds=int(seconds[place]))
            text = f"{company}: {_text(dice, sentiment)}"
            yield {
                "id": number,
                "time": when.isoformat(),
                "company": company,
                "text": text,
                "sentiment": sentiment,
            }
            number += 1


def _share(company: str, day: int, surge: Surge | None) -> float:
    is_on = surge is not None and company == surge.company and surge.day <= day < surge.day + surge.days
    return _SHARE + (surge.points if surge is not None and is_on else 0.0)


def _sentiment(dice: np.random.Generator, share: float) -> str:
    rest = (1 - share) / 2
    return SENTIMENTS[dice.choice(3, p=(share, rest, rest))]


def _text(dice: np.random.Generator, sentiment: str) -> str:
    parts = [sequence[dice.integers(len(sequence))] for sequence in (_SUBJECTS, _SAID[sentiment], _ENDINGS)]
    return f"{parts[0]} {parts[1]}{parts[2]}"


def main() -> None:
    """Write a stream to a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=pathlib.Path, help="JSON lines")
    parser.add_argument("--days", type=int, default=30, help="[30]")
    parser.add_argument("--per-hour", type=float, default=6.0, help="events of a company, about [6]")
    parser.add_argument("--seed", type=int, default=0, help="[0]")
    options = parser.parse_args()
    with options.file.open("w", encoding="utf-8") as file:
        for event in generated_events(days=options.days, per_hour=options.per_hour, seed=options.seed):
            file.write(json.dumps(event) + "\n")


if __name__ == "__main__":
    main()
