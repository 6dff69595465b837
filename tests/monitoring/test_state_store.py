import contextlib
import random
from collections import Counter

import pytest

from bert_tf.errors import RunError
from bert_tf.monitoring.events import Position
from bert_tf.monitoring.state_store import Count, StateStore, Text

SETTINGS = {"model": "m", "by": None}
ALARM = {"series": "A", "number": 1, "raised": "2026-01-02", "state": "raised"}


@pytest.fixture
def store(tmp_path):
    with StateStore(tmp_path / "out", SETTINGS) as store:
        yield store


def test_a_step_is_whole_or_not_at_all(tmp_path):
    with StateStore(tmp_path, SETTINGS) as store:
        with store.step():
            store.counters.events += 2
            store.add([Count("A", 1, "bad", 2)])
            store.keep_position("f", Position(2, "h"))
        with pytest.raises(ZeroDivisionError), store.step():
            store.counters.events += 5
            store.add([Count("A", 1, "bad", 5)])
            store.keep_position("f", Position(7, "h"))
            assert store.take_id(b"1")
            raise ZeroDivisionError
        # What is shown when a process ends in the middle of a step is what a later one starts from.
        assert store.counters.events == 2
    with StateStore(tmp_path, SETTINGS) as store:
        assert store.counts("A") == [Count("A", 1, "bad", 2)]
        assert store.positions() == {"f": Position(2, "h")}
        assert store.counters.events == 2
        with store.step():
            assert store.take_id(b"1")
            assert not store.take_id(b"1")


def test_counts_add_up(store):
    with store.step():
        store.add([Count("A", 1, "bad", 2), Count("A", 2, "bad", 1), Count("B", 1, "good", 3)])
        store.add([Count("A", 1, "bad", 4)])
    assert store.series() == ["A", "B"]
    assert [(count.bucket, count.events) for count in store.counts("A")] == [(1, 6), (2, 1)]
    assert [count.bucket for count in store.counts("A", first=2, last=9)] == [2]


def test_only_the_most_negative_texts_stay(store):
    with store.step():
        store.keep_texts("A", 1, [Text(0.9, "x"), Text(0.5, "y"), Text(0.7, "z")], most=2)
        store.keep_texts("A", 1, [Text(0.8, "w")], most=2)
        store.keep_texts("A", 2, [Text(0.6, "v"), Text(0.9, "x")], most=2)
    assert store.texts("A", first=1, last=1, most=9) == [Text(0.9, "x"), Text(0.8, "w")]
    assert store.texts("A", first=1, last=2, most=3) == [Text(0.9, "x"), Text(0.8, "w"), Text(0.6, "v")]
    store.drop_texts(2)
    assert store.texts("A", first=0, last=1, most=9) == []


def test_each_state_of_an_alarm_is_sent_once(store):
    store.keep_alarms("A", [ALARM])
    assert store.unsent() == [ALARM]
    store.mark_sent(ALARM)
    store.keep_alarms("A", [{**ALARM, "share": 0.4}])
    assert store.unsent() == []
    ended = {**ALARM, "state": "ended"}
    store.keep_alarms("A", [ended])
    assert store.unsent() == [ended]


def test_an_alarm_that_is_gone_is_withdrawn_and_its_number_free(store):
    store.keep_alarms("A", [ALARM])
    store.keep_alarms("A", [])
    assert store.alarms() == [{**ALARM, "state": "withdrawn"}]
    assert store.unsent() == []  # nobody was told
    store.keep_alarms("A", [ALARM])
    store.mark_sent(ALARM)
    store.keep_alarms("A", [])
    (withdrawn,) = store.unsent()
    assert withdrawn["state"] == "withdrawn"
    store.mark_sent(withdrawn)
    store.keep_alarms("A", [{**ALARM, "raised": "2026-01-05"}])
    assert [alarm["raised"] for alarm in store.unsent()] == ["2026-01-05"]


def test_another_process_is_refused(tmp_path):
    with StateStore(tmp_path, SETTINGS), pytest.raises(RunError, match="Another process monitors into this folder"):
        StateStore(tmp_path, SETTINGS)


def test_other_settings_are_named(tmp_path):
    with StateStore(tmp_path, SETTINGS) as store, store.step():
        store.counters.events += 1
    with pytest.raises(RunError, match="was begun with other settings: by"):
        StateStore(tmp_path, {**SETTINGS, "by": "company"})


def test_a_damaged_state_is_told(tmp_path):
    (tmp_path / "state.sqlite").write_bytes(b"x" * 5000)
    with pytest.raises(RunError, match="state.sqlite is damaged"):
        StateStore(tmp_path, SETTINGS)


def counted(folder):
    with StateStore(folder, SETTINGS) as store, store.step():
        store.counters.events += 40
        store.add(Count(series, bucket, "bad", 7) for series in ("ALPHA", "BETA") for bucket in range(20))
        store.keep_alarms("ALPHA", [{**ALARM, "series": "ALPHA"}])
        store.keep_detector("ALPHA", {"level": 0.25})


def everything(folder):
    with StateStore(folder, SETTINGS) as store:
        names = store.series()
        return [names, [store.counts(name) for name in names], store.alarms(), store.detectors(), store.unsent()]


def test_a_state_is_held_against_its_hash_and_hashed_again(tmp_path):
    counted(tmp_path)
    expected = everything(tmp_path)
    assert everything(tmp_path) == expected
    path = tmp_path / "state.sqlite"
    whole = path.read_bytes()
    assert whole.count(b"ALPHA") > 20
    # One count of another series: sound for SQLite, and wrong.
    path.write_bytes(whole.replace(b"BETA", b"BETE", 1))
    with pytest.raises(RunError, match="is damaged: it is not as the last process left it"):
        StateStore(tmp_path, SETTINGS)
    path.write_bytes(whole)
    assert everything(tmp_path) == expected


def test_a_killed_process_leaves_no_hash_and_the_next_one_goes_on(tmp_path):
    counted(tmp_path)
    with StateStore(tmp_path, SETTINGS) as store:
        assert not (tmp_path / "state.sha256").exists()
        with pytest.raises(RunError, match="Another process"):
            StateStore(tmp_path, SETTINGS)
        with store.step():
            store.add([Count("ALPHA", 1, "bad", 1)])
        for name in ("state.sqlite", "state.sqlite-wal"):
            (tmp_path / f"copied-{name}").write_bytes((tmp_path / name).read_bytes())
    (tmp_path / "state.sha256").unlink()
    for name in ("state.sqlite", "state.sqlite-wal"):
        (tmp_path / f"copied-{name}").replace(tmp_path / name)
    assert everything(tmp_path)[1][0][1].events == 8
    assert (tmp_path / "state.sha256").stat().st_mode & 0o077 == 0


def test_damage_without_a_hash_is_a_sentence_or_seen_by_nobody(tmp_path):
    counted(tmp_path)
    whole, dice = (tmp_path / "state.sqlite").read_bytes(), random.Random(1)
    told = 0
    for _ in range(60):
        (tmp_path / "state.sha256").unlink(missing_ok=True)
        changed = bytearray(whole)
        for _ in range(20):
            changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
        (tmp_path / "state.sqlite").write_bytes(changed)
        # A count is a number like any other; everything else says that it isn't what was written.
        with contextlib.suppress(RunError):
            assert [len(part) for part in everything(tmp_path)] == [2, 2, 1, 1, 1]
            continue
        told += 1
    assert told > 20


def test_only_the_owner_reads_it(tmp_path):
    with StateStore(tmp_path / "out", SETTINGS):
        assert (tmp_path / "out").stat().st_mode & 0o077 == 0
        assert (tmp_path / "out" / "state.sqlite").stat().st_mode & 0o077 == 0


def test_where_nothing_was_counted_other_settings_begin_anew(tmp_path):
    with StateStore(tmp_path, SETTINGS) as store, store.step():
        store.counters.refuse(Counter({"unreadable time": 3}), ["e.csv:1: no time"])
        store.keep_position("e.csv", Position(3, "h"))
    other = {**SETTINGS, "time_format": "%d"}
    with StateStore(tmp_path, other) as store:
        assert (store.positions(), store.counters.refused) == ({}, {})
        with store.step():
            store.counters.events += 1
    with pytest.raises(RunError, match="other settings: time_format"):
        StateStore(tmp_path, SETTINGS)
