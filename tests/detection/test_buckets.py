import datetime
import zoneinfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.detection.buckets import Buckets, calendar
from bert_tf.errors import DataError


@given(
    st.integers(0, 4_000_000_000),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_a_moment_lies_where_datetime_has_it(moment, zone):
    when = calendar(np.array([moment]), zone)
    theirs = datetime.datetime.fromtimestamp(moment, zoneinfo.ZoneInfo(zone))
    assert (when.hours[0], when.weekdays[0], when.days[0]) == (theirs.hour, theirs.weekday(), theirs.toordinal())
    assert when.seconds[0] == theirs.hour * 3600 + theirs.minute * 60 + theirs.second


def test_buckets_are_parted_at_a_moment():
    buckets = Buckets.of_counts(start=7200, seconds=3600, texts=[5, 6, 7], negatives=[1, 2, 3])
    assert buckets.before(14400).texts.tolist() == [5, 6]
    assert buckets.since(14400).negatives.tolist() == [3]
    assert buckets.before(14399).texts.tolist() == [5]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"negatives": [1, 7, 0]},
            "7 of 6 texts are counted as negative.\n  where: the bucket that begins at 1970-01-01",
        ),
        ({"negatives": [-1, 0, 0]}, "-1 of 5 texts"),
        ({"negatives": [1, 0]}, "not equally many"),
        ({"seconds": 5000}, "A bucket of 5000 s doesn't divide a day."),
        ({"seconds": 0}, "A bucket of 0 s"),
        ({"seconds": 604800}, "A bucket of 604800 s"),
        ({"zone": "Europe/Bärlin"}, "The time zone 'Europe/Bärlin' is not known."),
        ({"zone": "../etc"}, "is not known"),
    ],
)
def test_what_is_wrong_is_said(changed, message):
    right = {"start": 0, "seconds": 3600, "texts": [5, 6, 7], "negatives": [1, 2, 3]}
    with pytest.raises(DataError) as refused:
        Buckets.of_counts(**{**right, **changed})
    assert message in str(refused.value)


@pytest.mark.parametrize("starts", [[0, 3600, 3600], [3600, 0, 7200], [0, 3600, 7300]])
def test_buckets_are_in_order_and_apart_by_whole_ones(starts):
    with pytest.raises(DataError, match="not in order of time"):
        Buckets(np.array(starts), 3600, np.ones(3, int), np.ones(3, int), np.zeros(3))


def test_buckets_may_be_left_out():
    kept = Buckets(np.array([0, 7200]), 3600, np.array([4, 5]), np.array([1, 2]), np.zeros(2))
    assert len(kept) == 2
