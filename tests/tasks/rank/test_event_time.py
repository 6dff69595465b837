import datetime

import pytest

from bert_tf.data.checks import Refusal
from bert_tf.tasks.rank.event_time import check_time


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("964982703", 964982703.0),
        (b" 12.5 ", 12.5),
        (7, 7.0),
        ("1970-01-02", 86400.0),
        ("1970-01-01T01:00:00", 3600.0),
        ("1970-01-01T01:00:00+01:00", 0.0),
        ("1970-01-01 00:01:00 UTC", 60.0),
        ("1970/01/01 00:01", 60.0),
        ("Thu Jan 01 00:01:00 +0000 1970", 60.0),
        (datetime.datetime(1970, 1, 1, 0, 1, tzinfo=datetime.UTC), 60.0),
        (datetime.date(1970, 1, 3), 172800.0),
    ],
)
def test_numbers_and_dates_are_times(cell, seconds):
    assert check_time("time", cell) == seconds


@pytest.mark.parametrize("cell", ["", None, "yesterday", "2026-13-01", float("nan"), "inf"])
def test_anything_else_is_refused(cell):
    found = check_time("time", cell)
    assert isinstance(found, Refusal)
    assert found.message.startswith("time is ")
