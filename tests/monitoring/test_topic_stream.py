"""Against the broker that librdkafka brings for tests, which speaks Kafka's protocol on loopback."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from confluent_kafka import Producer
from unused_port import unused_port

from bert_tf.errors import DataError
from bert_tf.monitoring.event_times import EventTimes
from bert_tf.monitoring.events import ALL, EventBlock, EventColumns, Position
from bert_tf.monitoring.kafka_topic import KafkaTopic
from bert_tf.monitoring.state_store import StateStore
from bert_tf.monitoring.topic_stream import TopicStream, kafka_library

COLUMNS = EventColumns("text", "at")


# For what comes at once, on a machine that is not busy with other things.
SECONDS = 300


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    monkeypatch.setattr("bert_tf.monitoring.topic_stream._SECONDS_TO_ANSWER", SECONDS)


class Broker:
    """A broker, and who sends to it. It ends with the last reference to it.

    `ends` are the offsets behind the last message of each partition of `reviews`.
    """

    def __init__(self):
        self._cluster = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "none", "log_level": 0})
        (broker,) = self._cluster.list_topics(timeout=SECONDS).brokers.values()
        self.address = f"{broker.host}:{broker.port}"
        self._sender = Producer({"bootstrap.servers": self.address, "log_level": 0})
        self.ends = Counter()

    def send(self, *values, topic="reviews", partition=0):
        for value in values:
            self._sender.produce(topic, value, partition=partition)
            self.ends[f"reviews[{partition}]"] += topic == "reviews"
        assert self._sender.flush(SECONDS) == 0


@pytest.fixture
def broker():
    return Broker()


def message(text):
    return json.dumps({"text": text, "at": 1e9}).encode()


def read(broker, positions=None, *, topic="reviews", settings=None):
    """All that was sent and is new, together, in however many blocks it comes; where nothing is, one of a second."""
    stream = TopicStream(KafkaTopic(broker.address, topic, settings or {}), COLUMNS, EventTimes("at"), positions or {})
    found = EventBlock(topic, tuple(COLUMNS.named()))
    until = time.monotonic() + SECONDS
    try:
        for block in stream.blocks(idle=1.0):
            found.texts += block.texts
            found.shown += block.shown
            found.refused.update(block.refused)
            found.positions.update(block.positions)
            read_to = {**(positions or {}), **found.positions}
            if all(name in read_to and read_to[name].last >= end for name, end in broker.ends.items()):
                return found
            assert time.monotonic() < until
    finally:
        stream.close()


def test_each_partition_is_read_from_where_it_was_counted_to(broker):
    broker.send(message("a"), message("b"))
    broker.send(message("c"), partition=1)
    block = read(broker)
    assert sorted(block.texts) == [b"a", b"b", b"c"]
    assert {name: position.last for name, position in block.positions.items()} == {"reviews[0]": 2, "reviews[1]": 1}
    assert read(broker, block.positions).texts == []
    broker.send(message("d"))
    broker.send(message("e"), partition=3)
    later = read(broker, block.positions)
    assert sorted(later.texts) == [b"d", b"e"]
    assert {name: position.last for name, position in later.positions.items()} == {"reviews[0]": 3, "reviews[3]": 1}


def test_messages_that_are_no_events_are_told_with_partition_and_offset(broker):
    pretty = json.dumps({"text": "a", "at": 1e9}, indent=2).encode()
    broker.send(pretty, None, b"{broken", b"\xff", b'{"text": "no time"}', message("z"))
    block = read(broker)
    assert block.texts == [b"a", b"z"]
    assert [shown.split(": ")[0] for shown in block.shown] == ["reviews[0]:2", "reviews[0]:3", "reviews[0]:4"]
    assert block.positions["reviews[0]"].last == 6


def test_more_than_one_block(broker, monkeypatch):
    monkeypatch.setattr("bert_tf.monitoring.topic_stream.MOST_ROWS", 3)
    monkeypatch.setattr("bert_tf.monitoring.topic_stream._AT_ONCE", 2)
    broker.send(*(message(str(number)) for number in range(7)))
    stream = TopicStream(KafkaTopic(broker.address, "reviews"), COLUMNS, EventTimes("at"), {})
    blocks = stream.blocks(idle=1.0)
    # Empty ones are of moments in which nothing had arrived yet.
    found = [next(block for block in blocks if block.texts) for _ in range(2)]
    stream.close()
    assert [text for block in found for text in block.texts] == [str(number).encode() for number in range(7)]
    assert [block.positions["reviews[0]"].last for block in found] == [4, 7]


def test_a_topic_that_was_made_anew_is_another_one(broker):
    broker.send(message("a"))
    (position,) = read(broker).positions.values()
    with pytest.raises(DataError, match="is not the topic that was counted before"):
        read(broker, {"reviews[0]": position._replace(last=5)})
    with pytest.raises(DataError, match="is not the topic that was counted before"):
        read(broker, {"reviews[0]": Position(1, "another cluster")})


def test_messages_that_the_topic_no_longer_has_are_told_once(broker):
    broker.send(message("a"), partition=1)
    (of_cluster,) = read(broker).positions.values()
    # The broker of the tests removes nothing: it looks as if two messages before its first one had been there.
    kept = {f"reviews[{number}]": of_cluster._replace(last=-2) for number in range(2)}
    block = read(broker, kept)
    assert (block.texts, block.refused) == ([b"a"], {"no longer in the topic": 4})
    assert block.shown[0] == "reviews[0]: 2 messages no longer in the topic"
    # Partition 0 is empty: where it is read from next has to be kept all the same.
    assert {name: position.last for name, position in block.positions.items()} == {"reviews[0]": 0, "reviews[1]": 1}
    assert not read(broker, block.positions).refused


def test_what_cannot_be_read_is_a_sentence(broker, monkeypatch):
    broker.send(message("a"))
    with pytest.raises(DataError, match=r"There is no topic review at (.|\n)*did you mean 'reviews'"):
        read(broker, topic="review")
    with pytest.raises(DataError, match=r"No such configuration property(.|\n)*--kafka-config"):
        read(broker, settings={"no.such": "1"})
    nobody = KafkaTopic(f"127.0.0.1:{unused_port()}", "reviews")
    monkeypatch.setattr("bert_tf.monitoring.topic_stream._SECONDS_TO_ANSWER", 0.5)
    with pytest.raises(DataError, match="don't answer"):
        TopicStream(nobody, COLUMNS, EventTimes("at"), {})


def test_without_the_library_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    with pytest.raises(DataError, match=r"needs the package confluent-kafka(.|\n)*bert_tf\[kafka\]"):
        kafka_library()


_COUNT = """
import pathlib, sys, time
from bert_tf.monitoring import topic_stream
from bert_tf.monitoring.answer_reader import ReadAnswers
from bert_tf.monitoring.event_counter import EventCounter
from bert_tf.monitoring.event_times import EventTimes
from bert_tf.monitoring.events import EventColumns
from bert_tf.monitoring.kafka_topic import KafkaTopic
from bert_tf.monitoring.state_store import StateStore
from bert_tf.monitoring.time_buckets import TimeBuckets
topic_stream._AT_ONCE = topic_stream.MOST_ROWS = 7
with StateStore(pathlib.Path(sys.argv[1]), {}) as store:
    counter = EventCounter(store, TimeBuckets(86_400), negative=frozenset({"bad"}), by_series=False)
    topic = KafkaTopic(sys.argv[2], "reviews")
    stream = topic_stream.TopicStream(topic, EventColumns("text", "at"), EventTimes("at"), store.positions())
    for number, block in enumerate(stream.blocks(idle=1.0)):
        if number == 6:
            time.sleep(900)
        counter.count(block, ReadAnswers(["bad"] * len(block.texts), [0.5] * len(block.texts)))
        print(store.counters.events, flush=True)
"""


def test_a_reader_that_is_killed_again_and_again_counts_each_message_once(broker, tmp_path, warm_popen):
    for partition in range(3):
        broker.send(*(message(str(number)) for number in range(40)), partition=partition)
    counted, kills = 0, 0
    while counted < 120:
        process = warm_popen(
            [sys.executable, "-c", _COUNT, str(tmp_path / "out"), broker.address], stdout=subprocess.PIPE, text=True
        )
        # Of each process some blocks are seen, and more may have been counted; but not all, however late it is killed.
        for _ in range(4):
            counted = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += 1
    assert kills > 2
    with StateStore(tmp_path / "out", {}) as store:
        assert sum(count.events for count in store.counts(ALL)) == store.counters.events == 120
        assert {name: position.last for name, position in store.positions().items()} == {
            f"reviews[{number}]": 40 for number in range(3)
        }


def test_the_command_counts_a_topic_until_it_is_stopped(broker, mood_model, tmp_path, warm_popen):
    broker.send(*(json.dumps({"text": text, "at": 1e9}).encode() for text in ("a bad day", "a good day", "a bad one")))
    command = [sys.executable, "-m", "bert_tf.cli", "monitor", str(mood_model), "--time", "at"]
    # With a page, results are written every other second.
    options = ["--in", f"kafka://{broker.address}/reviews", "--out", str(tmp_path / "out"), "--serve", "--port", "0"]
    process = warm_popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    series = tmp_path / "out" / "series.csv"
    try:
        until = time.monotonic() + 600
        while time.monotonic() < until and not (series.exists() and ",3,2," in series.read_text()):
            assert process.poll() is None
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=300)
    assert ",3,2," in series.read_text(), said.decode()
    assert process.returncode == 143, said.decode()
