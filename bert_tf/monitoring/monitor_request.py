"""What is to be monitored, and how. Nothing here needs TensorFlow."""

import dataclasses
import datetime
import zoneinfo
from typing import Any

from bert_tf.data.file_format import AS_FOUND, FileFormat
from bert_tf.export.task_serving import TaskServing
from bert_tf.monitoring.answer_reader import AnswerReader, answer_reader
from bert_tf.monitoring.event_times import check_time_format, time_zone
from bert_tf.monitoring.events import EventColumns
from bert_tf.monitoring.surge_watch import AlarmSettings
from bert_tf.monitoring.time_buckets import TimeBuckets


@dataclasses.dataclass(frozen=True)
class MonitorRequest:
    """What the counts and the alarms depend on, beside the model.

    Attributes:
        columns: What an event is made of.
        negative: Labels that are negative; `negative` if none is given.
        below: Numbers below it are negative, for a model that answers with a number.
        head: The head that tells the mood, for a model with several; None for the only one that can.
        topics: The head whose labels are topics, if any.
        bucket_seconds: Width of a bucket of time.
        timezone: Name of the time zone of days, of what is shown, and of times that are written without one.
        time_format: As of `datetime.strptime`; None for the usual ways in which times are written.
        alarm: Of the alarm.
        file_format: How files of events are written; the next ones may be written otherwise.

    Raises:
        DataError: there is no such time zone, or the format reads no times.
    """

    columns: EventColumns
    negative: tuple[str, ...] = ()
    below: float | None = None
    head: str | None = None
    topics: str | None = None
    bucket_seconds: int = 3600
    timezone: str = "UTC"
    time_format: str | None = None
    alarm: AlarmSettings = dataclasses.field(default_factory=AlarmSettings)
    file_format: FileFormat = AS_FOUND

    def __post_init__(self) -> None:
        time_zone(self.timezone)
        if self.time_format is not None:
            check_time_format(self.time_format)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The time zone."""
        return zoneinfo.ZoneInfo(self.timezone)

    @property
    def buckets(self) -> TimeBuckets:
        """Of time."""
        return TimeBuckets(self.bucket_seconds, self.zone)

    def facts(self, model: str) -> dict[str, Any]:
        """All that must stay while counts go on, by the names of the options; `model` is what tells it from others."""
        columns = dict(zip(("text", "time", "by", "id"), self.columns, strict=True))
        alarm = dataclasses.asdict(self.alarm)
        others = ("columns", "alarm", "file_format")
        rest = {key: value for key, value in dataclasses.asdict(self).items() if key not in others}
        return {"model": model, **columns, **rest, **alarm}

    def reader(self, serving: TaskServing) -> AnswerReader:
        """How a model's answers are read; raises DataError as of `answer_reader`."""
        return answer_reader(serving, negative=self.negative, below=self.below, head=self.head, topics=self.topics)

    def shown(self, reader: AnswerReader) -> list[tuple[str, str]]:
        """Name and value of each setting, for people.

        Args:
            reader: Of the model's answers.
        """
        names = zip(("text", "time", "series", "id"), self.columns, strict=True)
        width = datetime.timedelta(seconds=self.bucket_seconds)
        late = datetime.timedelta(seconds=self.alarm.late)
        until = self.alarm.quiet_until
        quiet = "14 days from the first events on" if until is None else self._written(until)
        below = [] if self.below is None else [("negative below", f"{self.below:g}")]
        return [
            *((f"column of the {name}", column) for name, column in names if column is not None),
            *((name, head) for name, head in self._heads(reader) if head is not None),
            *([("negative labels", ", ".join(self.negative or ("negative",)))] if self.below is None else below),
            ("width of a bucket", str(width)),
            ("false alarms", f"one in {self.alarm.days_between:g} days, of all series together"),
            ("late events are judged for", str(late)),
            ("quiet period until", quiet),
        ]

    @staticmethod
    def _heads(reader: AnswerReader) -> list[tuple[str, str | None]]:
        return [("head of the mood", reader.head), ("head of the topics", reader.topic_head)]

    def _written(self, moment: float) -> str:
        return f"{datetime.datetime.fromtimestamp(moment, self.zone):%Y-%m-%d %H:%M}"
