"""Expected seconds by Python's calendar.timegm of the time as one reads it."""

import calendar
import datetime
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.checks import Refusal
from bert_tf.errors import DataError
from bert_tf.monitoring.event_times import EventTimes, Moment, check_time_format, option_seconds, time_zone

NOON = calendar.timegm((2015, 2, 24, 19, 35, 52))
NOW = NOON + 3600


def read(value, **options):
    return EventTimes("at", now=lambda: NOW, **options).read(value)


@pytest.mark.parametrize(
    "value, is_naive",
    [
        ("2015-02-24T19:35:52Z", False),
        ("2015-02-24 11:35:52 -0800", False),
        ("2015-02-24T11:35:52-08:00", False),
        ("2015-02-24 19:35:52 UTC", False),
        ("Tue Feb 24 19:35:52 +0000 2015", False),
        ("Tue, 24 Feb 2015 20:35:52 +0100", False),
        ("Tue, 24 Feb 2015 11:35:52 -0800 (PST)", False),
        ("Tue, 24 Feb 2015 11:35:52 PST", False),
        ("Tue, 24 Feb 2015 19:35:52 -0000 (UTC)", True),
        ("February 24, 2015 19:35:52", True),
        (b"2015-02-24T19:35:52", True),
        (" 2015-02-24 19:35:52 ", True),
        (NOON, False),
        (float(NOON), False),
        (NOON * 1000, False),
        (NOON * 10**6, False),
        (str(NOON * 10**9), False),
        ("2015/02/24 19:35:52", True),
        ("2015/2/24 19:35:52", True),
        ("2015.02.24 19:35:52", True),
        (str(NOON), False),
        (datetime.datetime(2015, 2, 24, 19, 35, 52), True),
    ],
)
def test_ways_to_write_a_time(value, is_naive):
    assert read(value) == Moment(NOON, is_naive)


def test_a_time_without_a_zone_is_of_the_one_that_is_given():
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    assert read("2015-02-24 20:35:52", zone=berlin) == Moment(NOON, True)
    assert read("2015-02-24T19:35:52Z", zone=berlin) == Moment(NOON, False)
    assert read(datetime.date(2015, 2, 24), zone=berlin) == Moment(calendar.timegm((2015, 2, 23, 23, 0, 0)), True)


def test_a_pattern_is_the_only_way_then():
    assert read("24-02-2015 19:35", pattern="%d-%m-%Y %H:%M") == Moment(NOON - 52, True)
    assert isinstance(read("2015-02-24 19:35:52", pattern="%d-%m-%Y %H:%M"), Refusal)


@pytest.mark.parametrize(
    "value",
    [
        *("yesterday", True, [1], float("inf"), 1e300, "2015/02-24"),
        # Read otherwise they would be other times: no evening, another zone, a day of 1970.
        *("24 Feb 2015 07:35:52 PM", "Tue, 24 Feb 2015 20:35:52 CEST", 20150224, 5),
        "24 Feb 2015 07:35:52 PM -0800",
    ],
)
def test_what_is_no_time(value):
    refusal = read(value)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "unreadable time"
    assert refusal.message.startswith("at is ")
    assert ", not a time" in refusal.message


@pytest.mark.parametrize("value", [None, "", " ", b"", float("nan"), "NaT", "null"])
def test_what_is_missing_is_in_no_other_format(value):
    assert read(value) == Refusal("missing time", "at is missing")


def test_a_format_is_suggested_for_the_first_times():
    times = EventTimes("at", now=lambda: NOW, suggestions=1)
    told = "at is '24-02-2015 19:35', not a time"
    assert times.read("24-02-2015 19:35").message == f"{told}; read by --time-format '%d-%m-%Y %H:%M'"
    assert times.read("24-02-2015 19:35").message == told


def test_the_future_begins_five_minutes_ahead():
    assert read(NOW + 299).seconds == NOW + 299
    assert read(NOW + 301) == Refusal("time in the future", "at is 2015-02-24 20:40 UTC, which is in the future")


@given(st.one_of(st.text(), st.integers(), st.floats(), st.binary()))
def test_anything_is_a_time_or_refused(value):
    assert isinstance(read(value), Moment | Refusal)


def test_an_unknown_zone_has_a_near_name():
    with pytest.raises(DataError, match="no time zone 'Europe/Berln'") as problem:
        time_zone("Europe/Berln")
    assert problem.value.hint == "did you mean 'Europe/Berlin'?"


@pytest.mark.parametrize("pattern", ["YYYY-MM-DD", "%Q", "%s", "%d-%m", "", "%"])
def test_a_format_that_reads_no_times_is_refused_at_once(pattern):
    with pytest.raises(DataError, match="is no format of times") as problem:
        check_time_format(pattern)
    assert problem.value.where == "--time-format"


@pytest.mark.parametrize("pattern", ["%d-%m-%Y %H:%M", "%d/%m/%y", "%Y-%m-%dT%H:%M:%S%z", "%c", "%b %d, %Y %I:%M %p"])
def test_formats_with_a_year_are_not(pattern):
    check_time_format(pattern)


def test_a_quiet_period_may_end_in_the_future():
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    assert option_seconds("--quiet-until", "2999-01-01", berlin) == calendar.timegm((2998, 12, 31, 23, 0, 0))
    with pytest.raises(DataError, match="--quiet-until is 'soon', not a time"):
        option_seconds("--quiet-until", "soon", berlin)
