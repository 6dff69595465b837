import errno
import io
import json
import os
import threading

import pytest

from bert_tf.errors import DataError
from bert_tf.monitoring.event_stream import EventStream
from bert_tf.monitoring.event_times import EventTimes
from bert_tf.monitoring.events import EventColumns

COLUMNS = EventColumns("text", "at")


def line(text):
    return json.dumps({"text": text, "at": 1e9}).encode() + b"\n"


def blocks(content, **options):
    stream = EventStream(io.BytesIO(content), COLUMNS, EventTimes("at"), **options)
    return list(stream.blocks(idle=5))


def test_all_lines_are_read_the_last_one_without_its_end_too():
    found = blocks(b"".join(map(line, ("a", "b"))) + b"\n" + line("c").rstrip())
    assert [text for block in found for text in block.texts] == [b"a", b"b", b"c"]
    assert found[-1].last == 4


def test_lines_that_are_no_events_are_told_with_their_number():
    (block,) = blocks(line("a") + b"{broken\n\xff\n" + line("b"))
    assert block.texts == [b"a", b"b"]
    assert [shown.split(": ")[0] for shown in block.shown] == ["standard input:2", "standard input:3"]


def test_a_line_without_end_takes_no_memory():
    found = blocks(line("a") + b"x" * 5000 + b"\n" + line("b"), limit=100)
    assert [text for block in found for text in block.texts] == [b"a", b"b"]
    assert sum(block.refused["long row"] for block in found) == 1
    endless = blocks(line("a") + b"x" * 5_000_000 + b"\n" + line("b"), limit=100)
    assert [text for block in endless for text in block.texts] == [b"a", b"b"]
    assert sum(block.refused["long row"] for block in endless) == 1


def test_events_arrive_before_the_stream_ends():
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream:
        arriving = EventStream(stream, COLUMNS, EventTimes("at")).blocks(idle=0.2)
        assert next(arriving).texts == []  # nothing for a while
        os.write(writing, line("a") + line("b")[:5])
        # Others in between are of moments in which it had not been read yet.
        assert next(block.texts for block in arriving if block.texts) == [b"a"]
        threading.Timer(0.05, lambda: (os.write(writing, line("b")[5:]), os.close(writing))).start()
        rest = [text for block in arriving for text in block.texts]
    assert rest == [b"b"]


class Broken(io.BytesIO):
    """Gives what it has, and then an error of the system instead of an end."""

    def read1(self, size=-1):
        if chunk := super().read1(size):
            return chunk
        raise OSError(errno.EIO, "Input/output error")


def test_what_arrived_before_a_stream_broke_is_there_and_then_it_is_told():
    arriving = EventStream(Broken(line("a")), COLUMNS, EventTimes("at")).blocks(idle=5)
    assert next(arriving).texts == [b"a"]
    with pytest.raises(DataError, match=r"The stream can't be read any more: Input/output error"):
        list(arriving)


def test_a_stream_that_was_closed_is_told_too():
    stream = io.BytesIO(line("a"))
    stream.close()
    with pytest.raises(DataError, match=r"The stream can't be read any more: I/O operation on closed file"):
        list(EventStream(stream, COLUMNS, EventTimes("at")).blocks(idle=5))
