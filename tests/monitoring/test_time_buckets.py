"""Bucket bounds by hand, with datetime's own calendar."""

import datetime
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.errors import DataError
from bert_tf.monitoring.time_buckets import TimeBuckets, bucket_seconds

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "width, seconds", [("15m", 900), ("1h", 3600), ("6h", 21_600), ("1d", 86_400), ("24h", 86_400)]
)
def test_widths(width, seconds):
    assert bucket_seconds(width) == seconds


@pytest.mark.parametrize("width", ["", "1", "7h", "2d", "0h", "1w", "-1h", "1.5h"])
def test_what_is_no_width(width):
    with pytest.raises(DataError, match="not a width of buckets"):
        bucket_seconds(width)


def test_days_begin_at_midnight_of_the_standard_time():
    buckets = TimeBuckets(86_400, BERLIN)
    winter = datetime.datetime(2026, 1, 5, 0, 0, tzinfo=BERLIN)
    assert buckets.time(buckets.of(winter.timestamp())) == winter
    assert buckets.of(winter.timestamp() - 1) == buckets.of(winter.timestamp()) - 1
    # In summer clocks are an hour ahead.
    summer = datetime.datetime(2026, 7, 5, 1, 0, tzinfo=BERLIN)
    assert buckets.time(buckets.of(summer.timestamp())) == summer


def test_where_summer_is_in_january():
    sydney = zoneinfo.ZoneInfo("Australia/Sydney")
    buckets = TimeBuckets(86_400, sydney)
    winter = datetime.datetime(2026, 7, 5, tzinfo=sydney)
    assert buckets.time(buckets.of(winter.timestamp())) == winter


@given(
    st.integers(-(10**9), 4 * 10**9).map(float),
    st.sampled_from([60, 900, 3600, 86_400]),
    st.sampled_from([datetime.UTC, BERLIN, zoneinfo.ZoneInfo("Asia/Kolkata")]),
)
def test_each_moment_lies_in_its_bucket(moment, seconds, zone):
    buckets = TimeBuckets(seconds, zone)
    bucket = buckets.of(moment)
    assert buckets.start(bucket) <= moment < buckets.start(bucket + 1)
    assert buckets.last_over(moment) == bucket - 1


def test_buckets_of_a_day():
    assert [TimeBuckets(seconds).per_day for seconds in (900, 3600, 86_400)] == [96, 24, 1]
