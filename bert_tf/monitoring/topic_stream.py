"""Events from a topic of Kafka, from the message on that was not counted yet."""

import io
import logging
import time
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from bert_tf.data.file_format import AS_FOUND
from bert_tf.data.jsonl import parse_line
from bert_tf.data.lines import NumberedLines
from bert_tf.errors import DataError
from bert_tf.monitoring.event_files import MOST_ROWS
from bert_tf.monitoring.event_times import EventTimes
from bert_tf.monitoring.events import EventBlock, EventColumns, Position
from bert_tf.monitoring.kafka_topic import KafkaTopic
from bert_tf.nearest_name import did_you_mean
from bert_tf.plurals import counted

_GROUP = "bert-tf-monitor"  # librdkafka wants one; nothing is committed to it
_AT_ONCE = 1024  # messages
_BYTES = 32 << 20
_SECONDS_TO_ANSWER = 10.0
_WAIT = 0.5  # seconds; how long a few events wait for more
_GONE = "no longer in the topic"
_AGAIN = "run the same command again; what was counted is kept"


def kafka_library() -> ModuleType:
    """confluent-kafka.

    Raises:
        DataError: it isn't installed.
    """
    try:
        import confluent_kafka
    except ImportError as error:
        raise DataError(
            "Reading a topic of Kafka needs the package confluent-kafka, which is not installed.",
            hint="pip install 'bert_tf[kafka]'",
        ) from error
    return confluent_kafka


class TopicStream:
    """Reads all partitions of a topic, each from where it was counted to, and new ones from their first message.

    Kafka is told of no position: what was read is part of the monitor's state, and changes with the counts in one step,
    so that no message is counted twice and none is left out. Partitions that the topic gets later are read by the next
    process.

    Args:
        topic: Its messages are JSON objects in UTF-8; those without a value are passed over.
        columns: What an event is made of.
        times: Reads when it was.
        positions: How far partitions were counted before, by name.

    Raises:
        DataError: brokers don't answer, or there is no such topic, or it isn't the one that was counted before.
    """

    def __init__(
        self, topic: KafkaTopic, columns: EventColumns, times: EventTimes, positions: Mapping[str, Position]
    ) -> None:
        self._kafka, self._topic, self._columns, self._times = kafka_library(), topic, columns, times
        # By partition, messages that were removed before they were read, and where the rest begins.
        self._missed: dict[str, tuple[int, Position]] = {}
        settings = {
            "group.id": _GROUP,
            "client.id": _GROUP,
            "log_level": 0,
            **topic.settings,
            "bootstrap.servers": topic.brokers,
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
        }
        try:
            self._consumer = self._kafka.Consumer(settings, logger=logging.getLogger(__name__))
        except self._kafka.KafkaException as error:
            raise DataError(f"{error.args[0].str()}.", where=topic.brokers, hint="see --kafka-config") from error
        try:
            self._assign(positions)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Leave the brokers."""
        self._consumer.close()

    def blocks(self, *, idle: float) -> Iterator[EventBlock]:
        """The events as they arrive, without an end; after so many idle seconds an empty block.

        Raises:
            DataError: the topic can't be read any more.
        """
        while True:
            block, size = EventBlock(self._topic.name, tuple(self._columns.named())), 0
            self._tell_missed(block)
            until = time.monotonic() + idle
            while len(block.texts) < MOST_ROWS and size < _BYTES:
                messages = self._consumer.consume(_AT_ONCE, timeout=max(until - time.monotonic(), 0))
                if not messages:
                    break
                size += sum(self._take(message, block) for message in messages)
                until = min(until, time.monotonic() + (_WAIT if len(messages) < _AT_ONCE else idle))
            yield block

    def _tell_missed(self, block: EventBlock) -> None:
        for name, (count, rest) in self._missed.items():
            block.refused[_GONE] += count
            block.shown.append(f"{name}: {counted(count, 'message')} {_GONE}")
            block.positions[name] = rest
        self._missed = {}

    def _assign(self, positions: Mapping[str, Position]) -> None:
        cluster, partitions = self._partitions()
        self._cluster = cluster
        assigned = []
        for number in partitions:
            name = self._name(number)
            first, end = self._kept(number)
            before = positions.get(name)
            if before is not None and (before.beginning != cluster or before.last > end):
                raise DataError(
                    f"{self._topic.name} is not the topic that was counted before: its messages are others.",
                    where=name,
                    hint="it was made anew, or is of another cluster: choose another --out to count all of it",
                )
            start = first if before is None else before.last
            if start < first:
                self._missed[name] = first - start, Position(first, cluster)
            assigned.append(self._kafka.TopicPartition(self._topic.name, number, max(start, first)))
        self._consumer.assign(assigned)

    def _partitions(self) -> tuple[str, list[int]]:
        """The cluster's id, and numbers of the topic's partitions."""
        # Not of this topic alone: brokers may make a topic that is asked for.
        try:
            cluster = self._consumer.list_topics(timeout=_SECONDS_TO_ANSWER)
        except self._kafka.KafkaException as error:
            raise self._unreachable(error) from error
        if self._topic.name not in cluster.topics:
            raise DataError(
                f"There is no topic {self._topic.name} at {self._topic.brokers}.",
                where=self._topic.brokers,
                hint=did_you_mean(self._topic.name, cluster.topics) or "list the topics with kafka-topics.sh --list",
            )
        return str(cluster.cluster_id), sorted(cluster.topics[self._topic.name].partitions)

    def _kept(self, number: int) -> tuple[int, int]:
        """Offsets of a partition's first message that is still there, and of its next one."""
        partition = self._kafka.TopicPartition(self._topic.name, number)
        try:
            first, end = self._consumer.get_watermark_offsets(partition, timeout=_SECONDS_TO_ANSWER)
        except self._kafka.KafkaException as error:
            raise self._unreachable(error) from error
        return int(first), int(end)

    def _unreachable(self, error: Exception) -> DataError:
        return DataError(
            f"The brokers {self._topic.brokers} don't answer: {error.args[0].str()}.",
            where=self._topic.brokers,
            hint="check the address, and what --kafka-config says of encryption and passwords",
        )

    def _take(self, message: Any, block: EventBlock) -> int:
        """Add a message to a block; its bytes."""
        if message.error() is not None:
            raise DataError(
                f"{self._topic.name} can't be read any more: {message.error().str()}.",
                where=self._topic.name,
                hint=_AGAIN,
            )
        name, value = self._name(message.partition()), message.value() or b""
        # JSON has no line feed but between its parts.
        for line in NumberedLines(
            io.BufferedReader(io.BytesIO(value.replace(b"\n", b" "))), limit=AS_FOUND.max_row_bytes
        ):
            block.name = name
            block.add(parse_line(line)._replace(number=message.offset()), self._columns, self._times)
        block.positions[name] = Position(message.offset() + 1, self._cluster)
        return len(value)

    def _name(self, partition: int) -> str:
        return f"{self._topic.name}[{partition}]"
