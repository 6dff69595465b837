"""Alarms as they are kept and told: with texts, shares without the model's errors, and what topics explain."""

import dataclasses
import datetime
from typing import Any

from bert_tf.detection.alarm import Alarm
from bert_tf.detection.confusion import ConfusionMatrix
from bert_tf.detection.surge_detector import SurgeDetector
from bert_tf.detection.topic_mix import TopicCount, explain_by_topics
from bert_tf.monitoring.classifier_errors import NEGATIVE
from bert_tf.monitoring.quiet_periods import QuietPeriod
from bert_tf.monitoring.state_store import ENDED, RAISED, StateStore
from bert_tf.monitoring.time_buckets import TimeBuckets

TEXTS_SHOWN = 10


class AlarmRecords:
    """Makes what `alarms.jsonl`, pages and webhooks have of an alarm.

    Args:
        store: The state.
        buckets: Of time.
        errors: Of the classifier, as of `errors_of`, if known.
    """

    def __init__(self, store: StateStore, buckets: TimeBuckets, *, errors: ConfusionMatrix | None) -> None:
        self._store, self._buckets, self._errors = store, buckets, errors

    def keep(self, detector: SurgeDetector, period: QuietPeriod, *, newest: int) -> None:
        """Keep the alarms of a series; those that have ended and can't change any more stay as they are.

        Args:
            detector: Of the series.
            period: What it learned from.
            newest: The last bucket that was judged.
        """
        kept = {alarm["number"]: alarm for alarm in self._store.alarms(period.series)}
        records = [
            kept[alarm.number] if _is_settled(kept.get(alarm.number)) else self._record(alarm, detector, period, newest)
            for alarm in detector.alarms
        ]
        self._store.keep_alarms(period.series, records)

    def _record(self, alarm: Alarm, detector: SurgeDetector, period: QuietPeriod, newest: int) -> dict[str, Any]:
        since = self._buckets.of(alarm.since)
        until = newest if alarm.ended is None else self._buckets.of(alarm.ended) - 1
        texts = self._store.texts(period.series, first=since, last=until, most=TEXTS_SHOWN)
        times = {key: getattr(alarm, key) for key in ("raised", "since", "until", "ended")}
        quiet = (detector.pattern.negatives, detector.pattern.texts)
        return {
            "series": period.series,
            **dataclasses.asdict(alarm),
            **{key: None if value is None else self._written(value) for key, value in times.items()},
            "state": RAISED if alarm.ended is None else ENDED,
            "corrected": self._corrected(quiet, (alarm.negatives, alarm.texts)),
            "topics": self._explained(period, since, self._buckets.of(alarm.until) - 1),
            "examples": [text.text for text in texts],
        }

    def _corrected(self, quiet: tuple[int, int], since: tuple[int, int]) -> dict[str, Any] | None:
        """Shares in the quiet period and since the surge began, without the classifier's errors, where these are known.

        Args:
            quiet, since: Negatives, and all.
        """
        if self._errors is None:
            return None
        shares = {
            name: self._errors.correct((negatives, events - negatives))[NEGATIVE]
            for name, (negatives, events) in {"quiet": quiet, "since": since}.items()
        }
        return {name: dataclasses.asdict(share) for name, share in shares.items()}

    def _explained(self, period: QuietPeriod, since: int, until: int) -> dict[str, Any] | None:
        """What of the rise another mix of topics explains; None where no topics are counted."""
        counts = [
            {topic: TopicCount(*of_topic) for topic, of_topic in found.items()}
            for found in (
                self._store.topics(period.series, first=period.first, last=period.last),
                self._store.topics(period.series, first=since, last=until),
            )
        ]
        if not counts[0] or not counts[1]:
            return None
        split = explain_by_topics(before=counts[0], since=counts[1])
        return {"only_mix": split.only_mix, **dataclasses.asdict(split)}

    def _written(self, moment: int) -> str:
        return datetime.datetime.fromtimestamp(moment, self._buckets.zone).isoformat()


def _is_settled(record: dict[str, Any] | None) -> bool:
    return record is not None and record["state"] == ENDED and not record["provisional"]
