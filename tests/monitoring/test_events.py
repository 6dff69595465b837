from collections import Counter

from bert_tf.data.rows import BadRow, Row
from bert_tf.monitoring.event_times import EventTimes
from bert_tf.monitoring.events import ALL, NO_NAME, EventBlock, EventColumns

COLUMNS = EventColumns("text", "at", "who", "key")
TIMES = EventTimes("at", now=lambda: 2e9)


def block_of(*rows, columns=COLUMNS):
    block = EventBlock("new.jsonl", ())
    for row in rows:
        block.add(row, columns, TIMES)
    return block


def test_an_event_keeps_time_series_and_a_hash_of_its_id():
    block = block_of(
        Row(1, {"text": "bad", "at": 1e9, "who": " A ", "key": 7}),
        Row(2, {"text": b"good", "at": "2001-09-09T01:46:40", "who": b"A", "key": "7"}),
        Row(3, {"text": "x", "at": 1e9, "who": None, "key": 8}),
    )
    assert block.texts == [b"bad", b"good", b"x"]
    assert [event.seconds for event in block.events] == [1e9] * 3
    assert [event.series for event in block.events] == ["A", "A", NO_NAME]
    assert [event.is_naive for event in block.events] == [False, True, False]
    # The same id is the same in every format.
    assert block.events[0].id == block.events[1].id != block.events[2].id
    assert block.last == 3


def test_without_series_and_ids():
    (event,) = block_of(Row(1, {"text": "bad", "at": 1e9}), columns=EventColumns("text", "at")).events
    assert (event.series, event.id) == (ALL, None)


def test_a_company_of_the_name_of_all_series_is_one_of_them():
    (event,) = block_of(Row(1, {"text": "bad", "at": 1e9, "who": ALL, "key": 1})).events
    assert event.series == "'(all)'"


def test_a_name_is_text_that_steers_nothing():
    names = ["a\x1b[2Jb", "half \ud800", "a\x00", "a\u202eb", "x" * 99 + "\x1b"]
    found = block_of(*(Row(1, {"text": "t", "at": 1e9, "who": name, "key": 1}) for name in names)).events
    expected = [r"a\x1b[2Jb", r"half \ud800", r"a\x00", r"a\u202eb", "x" * 99 + "\\"]
    assert [event.series for event in found] == expected


def test_rows_that_make_no_event():
    good = {"text": "bad", "at": 1e9, "who": "A", "key": 7}
    block = block_of(
        BadRow(1, "bad JSON", "not JSON"),
        Row(2, {**good, "text": " "}),
        Row(3, {**good, "at": "soon"}),
        Row(4, {**good, "at": 3e9}),
        Row(5, {**good, "key": ""}),
        Row(6, {"at": 1e9, "who": "A", "key": 7}),
    )
    assert (block.texts, block.events) == ([], [])
    reasons = {"bad JSON": 1, "empty text": 2, "unreadable time": 1, "time in the future": 1, "missing id": 1}
    assert block.refused == Counter(reasons)
    assert block.shown[0] == "new.jsonl:1: not JSON"
    assert block.shown[2] == "new.jsonl:3: at is 'soon', not a time"
    assert block.last == 6
