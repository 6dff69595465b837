"""From events with answers to counts by series, bucket and outcome."""

import dataclasses
import heapq
import itertools
from collections import Counter, OrderedDict, defaultdict
from typing import NamedTuple

from bert_tf.monitoring.answer_reader import NO_ANSWERS, ReadAnswers
from bert_tf.monitoring.events import ALL, Event, EventBlock, TopicCounted
from bert_tf.monitoring.state_store import Count, StateStore, Text
from bert_tf.monitoring.time_buckets import TimeBuckets

MOST_SERIES = 1000  # of names; events of further ones are counted together
OTHERS = "(others)"
TEXTS_OF_A_BUCKET = 10  # that are kept to be shown behind an alarm
_LONGEST_TEXT = 500  # characters of those
CHANGED = "changed"  # the fact that tells series and buckets that are to be judged again
_RECENT = 100_000  # events that a repeated one is looked for among


class Judged(NamedTuple):
    """How far the alarm has judged.

    Attributes:
        last: The last bucket.
        final: The last bucket that late events don't change any more.
    """

    last: int
    final: int


@dataclasses.dataclass
class _Sums:
    """Of the events of a block: by series, bucket and outcome; by topic, with the negative ones; and negative texts."""

    counts: Counter[tuple[str, int, str]] = dataclasses.field(default_factory=Counter)
    topics: defaultdict[tuple[str, int, str], list[int]] = dataclasses.field(
        default_factory=lambda: defaultdict(lambda: [0, 0])
    )
    texts: defaultdict[tuple[str, int], list[tuple[float, bytes]]] = dataclasses.field(
        default_factory=lambda: defaultdict(list)
    )


class EventCounter:
    """Counts the events of blocks, each in one step of the state.

    Args:
        store: Holds what is counted.
        buckets: Of time.
        negative: Outcomes that are negative.
        by_series: Whether events have series of their own, beside that of all events.
    """

    def __init__(self, store: StateStore, buckets: TimeBuckets, *, negative: frozenset[str], by_series: bool) -> None:
        self._store, self._buckets, self._negative, self._by_series = store, buckets, negative, by_series
        self._names = set(store.series()) - {ALL}
        self._recent: OrderedDict[int, None] = OrderedDict()

    def count(
        self,
        block: EventBlock,
        answers: ReadAnswers = NO_ANSWERS,
        *,
        judged: Judged | None = None,
    ) -> None:
        """Count the events of a block; says which buckets that were judged have changed (`CHANGED`).

        Args:
            block: N events.
            answers: To each of them.
            judged: How far the alarm has judged; None while the quiet period isn't over.
        """
        sums = _Sums()
        with self._store.step():
            self._store.counters.refuse(block.refused, block.shown)
            self._store.counters.duplicates += block.duplicates
            self._add_events(block, answers, sums, judged)
            self._store.add(Count(*key, events) for key, events in sums.counts.items())
            self._store.add_topics(TopicCounted(*key, events, bad) for key, (events, bad) in sums.topics.items())
            for (series, bucket), found in sums.texts.items():
                best = [Text(sure, _shown(text)) for sure, text in heapq.nlargest(TEXTS_OF_A_BUCKET, found)]
                self._store.keep_texts(series, bucket, best, most=TEXTS_OF_A_BUCKET)
            for name, position in block.positions.items():
                self._store.keep_position(name, position)
            if judged is not None:
                self._mark_changed({key[:2] for key in sums.counts if judged.final < key[1] <= judged.last})

    def _add_events(self, block: EventBlock, answers: ReadAnswers, sums: _Sums, judged: Judged | None) -> None:
        topics = itertools.repeat(None, len(block.events)) if answers.topics is None else answers.topics
        rows = zip(block.events, block.texts, answers.outcomes, answers.certainty, topics, strict=True)
        for event, text, outcome, sure, topic in rows:
            if not self._is_new(event, text):
                continue
            self._note(event)
            bucket = self._buckets.of(event.seconds)
            self._store.counters.late += judged is not None and bucket <= judged.final
            is_negative = outcome in self._negative
            for series in self._series_of(event):
                sums.counts[series, bucket, outcome] += 1
                if is_negative:
                    sums.texts[series, bucket].append((float(sure), text))
                if topic is not None:
                    counted = sums.topics[series, bucket, topic]
                    counted[0] += 1
                    counted[1] += is_negative

    def _mark_changed(self, changed: set[tuple[str, int]]) -> None:
        if changed:
            before = {(series, bucket) for series, bucket in self._store.fact(CHANGED) or ()}
            self._store.keep_fact(CHANGED, sorted(before | changed))

    def leave_out_known(self, block: EventBlock) -> None:
        """Take the events out of a block whose id was counted before, so that no model has to answer them again."""
        is_new = [event.id is None or not self._store.has_id(event.id) for event in block.events]
        block.duplicates += len(is_new) - sum(is_new)
        block.events = list(itertools.compress(block.events, is_new))
        block.texts = list(itertools.compress(block.texts, is_new))

    def _is_new(self, event: Event, text: bytes) -> bool:
        """Whether an event is to be counted; one without an id always is, and is told where it looks like a repeat."""
        counters = self._store.counters
        if event.id is not None:
            is_new = self._store.take_id(event.id)
            counters.duplicates += not is_new
            return is_new
        known = hash((event.seconds, event.series, text))
        if known in self._recent:
            counters.repeats += 1
        self._recent[known] = None
        if len(self._recent) > _RECENT:
            self._recent.popitem(last=False)
        return True

    def _note(self, event: Event) -> None:
        counters = self._store.counters
        counters.events += 1
        counters.naive += event.is_naive
        counters.zoned += not event.is_naive
        counters.see(event.seconds)

    def _series_of(self, event: Event) -> tuple[str, ...]:
        if not self._by_series:
            return (ALL,)
        name = event.series
        if name not in self._names:
            if len(self._names) >= MOST_SERIES:
                name = OTHERS
            self._names.add(name)
        return (ALL, name)


def _shown(text: bytes) -> str:
    shown = " ".join(text.decode("utf-8", "replace").split())
    return shown if len(shown) <= _LONGEST_TEXT else f"{shown[: _LONGEST_TEXT - 1]}…"
