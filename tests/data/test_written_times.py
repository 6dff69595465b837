import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.written_times import parsed_time

MOMENT = datetime.datetime(2015, 2, 4, 19, 35, 52)


@pytest.mark.parametrize(
    "text",
    ["2015-02-04 19:35:52", "2015/2/4 19:35:52", "2015.02.04T19:35:52", "20150204T193552", "4 Feb 2015 19:35:52"],
)
def test_times_without_a_zone(text):
    assert parsed_time(text) == MOMENT


@pytest.mark.parametrize(
    "text",
    [
        "2015-02-04 19:35:52 UTC",
        "2015/02/04 20:35:52 +0100",
        "Wed Feb 04 19:35:52 +0000 2015",
        "Wed, 4 Feb 2015 19:35:52 GMT",
    ],
)
def test_times_with_a_zone(text):
    assert parsed_time(text) == MOMENT.replace(tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    "text", ["04/02/2015", "04.02.2015 19:35", "2015/02-04", "2015/13/04", "4 Feb 2015 7:35 PM", ""]
)
def test_what_leaves_a_doubt_is_refused(text):
    with pytest.raises((ValueError, TypeError)):
        parsed_time(text)


@given(st.datetimes(datetime.datetime(1000, 1, 1)))
def test_iso_8601_is_read_as_it_is_written(moment):
    assert parsed_time(moment.isoformat()) == moment
    assert parsed_time(moment.isoformat(" ").replace("-", "/")) == moment
