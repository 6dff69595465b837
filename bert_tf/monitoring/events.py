"""Events: texts with a time, and what series each belongs to."""

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

from bert_tf.data.checks import Refusal, check_text
from bert_tf.data.rows import BadRow, Row
from bert_tf.monitoring.event_times import EventTimes, Moment
from bert_tf.terminal import visible
from bert_tf.workflow.scoring.blocks import Block

NO_NAME = "(none)"  # the series of events whose `by` is empty
ALL = "(all)"  # the series of all events
_ID_BYTES = 16
_MOST_SHOWN = 20
_LONGEST_NAME = 100


class EventColumns(NamedTuple):
    """The columns, or keys of JSON, that an event is made of; None for what isn't used."""

    text: str
    time: str
    by: str | None = None
    id: str | None = None

    def named(self) -> list[str]:
        """Those that are used."""
        return [name for name in self if name is not None]


class TopicCounted(NamedTuple):
    """How many events of a series and a bucket were about a topic, and how many of them were negative."""

    series: str
    bucket: int
    topic: str
    events: int
    negatives: int


class Position(NamedTuple):
    """How far a file, or a partition of a Kafka topic, was counted.

    Attributes:
        last: Number of the last row of a file that was counted, a line of a text file, else a row; or the offset of the
            partition's next message.
        beginning: A hash of the file's first row, by which another file of the same name is known; empty of a
            partition.
    """

    last: int
    beginning: str


class Event(NamedTuple):
    """What is kept of an event beside its text.

    Attributes:
        seconds: Since 1970-01-01 UTC.
        series: What it is about; `ALL` where nothing tells.
        id: A hash of what tells it from all others; None where nothing does.
        is_naive: Whether its time was written without a time zone.
    """

    seconds: float
    series: str
    id: bytes | None
    is_naive: bool


class Stream(Protocol):
    """Gives events as they arrive."""

    def blocks(self, *, idle: float) -> Iterator["EventBlock"]:
        """Blocks of what has arrived, until the stream ends; after so many idle seconds an empty one."""


@dataclasses.dataclass
class EventBlock(Block):
    """Some rows of one file or stream: the texts of N events, and what else is kept of them.

    Attributes:
        events: N of them.
        refused: Rows that make no event, by two or three words.
        shown: The first of those, each with its place.
        duplicates: Events that were taken out, because their id was counted before.
        positions: How far what it was read from is counted once the block is, by name; none of standard input.
    """

    events: list[Event] = dataclasses.field(default_factory=list)
    refused: Counter[str] = dataclasses.field(default_factory=Counter)
    shown: list[str] = dataclasses.field(default_factory=list)
    duplicates: int = 0
    positions: dict[str, Position] = dataclasses.field(default_factory=dict)

    def add(self, row: Row | BadRow, columns: EventColumns, times: EventTimes) -> None:
        """Take a row in: as an event, or as one that makes none."""
        self.last = row.number
        if isinstance(row, BadRow):
            self._refuse(row.number, Refusal(row.reason, row.message))
            return
        text = check_text(columns.text, row.values.get(columns.text))
        if isinstance(text, Refusal):
            self._refuse(row.number, text)
            return
        event = _event(row.values, columns, times)
        if isinstance(event, Refusal):
            self._refuse(row.number, event)
            return
        self.texts.append(text)
        self.events.append(event)

    def _refuse(self, number: int, refusal: Refusal) -> None:
        self.refused[refusal.reason] += 1
        if len(self.shown) < _MOST_SHOWN:
            self.shown.append(f"{self.name}:{number}: {refusal.message}")


def _event(values: Mapping[str, object], columns: EventColumns, times: EventTimes) -> Event | Refusal:
    moment = times.read(values.get(columns.time))
    if not isinstance(moment, Moment):
        return moment
    identity = None
    if columns.id is not None:
        value = values.get(columns.id)
        if value is None or value in ("", b""):
            return Refusal("missing id", f"{columns.id} is missing")
        identity = hashlib.blake2b(_text_of(value).encode("utf-8", "replace"), digest_size=_ID_BYTES).digest()
    series = ALL if columns.by is None else _name_of(values.get(columns.by))
    # A company that is called "(all)" is not all of them.
    name = f"'{series}'" if columns.by is not None and series == ALL else series
    return Event(moment.seconds, name, identity, moment.is_naive)


def _name_of(value: object) -> str:
    """A name without what could steer the logs, metrics and pages that it goes to: that is written out."""
    return visible(_text_of(value).strip()[:_LONGEST_NAME])[:_LONGEST_NAME] or NO_NAME


def _text_of(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)
