"""The model of a ring, by hand."""

import pytest

from benchmarks.scaling import exchange_seconds, table


def test_a_ring_of_two():
    # Each sends all of it once, in two halves: 1e9 bytes at 1e9 bytes a second, and two messages of 50 µs.
    assert exchange_seconds(1e9, workers=2, gigabits=8, microseconds=50) == pytest.approx(1.0001)


def test_one_worker_sends_nothing():
    assert exchange_seconds(1e9, workers=1, gigabits=8, microseconds=50) == 0


def test_table():
    first, second, *_ = table(1.0, 1e9, rows=10, gigabits=8, microseconds=0)[2:]
    assert first == "| 1 | 1000 | 0 | 10 | 100% |"
    assert second == "| 2 | 2000 | 1000 | 10 | 50% |"
