import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.monitoring.time_formats import fitting_formats


@pytest.mark.parametrize(
    ("text", "formats"),
    [
        ("24.02.2015", ["%d.%m.%Y"]),
        (" 24/02/2015 19:35 ", ["%d/%m/%Y %H:%M"]),
        ("02/24/2015 07:35 PM", ["%m/%d/%Y %I:%M %p"]),
        ("05/04/2015", ["%d/%m/%Y", "%m/%d/%Y"]),
        ("05/05/2015", ["%d/%m/%Y"]),
        ("24-Feb-15", ["%d-%b-%y"]),
        ("Feb 24, 2015, 19:35:52", ["%b %d, %Y, %H:%M:%S"]),
        ("2015-02-24 7:35:52 PM", ["%Y-%m-%d %I:%M:%S %p"]),
        ("soon", []),
        ("2015-02-29", []),
    ],
)
def test_formats_that_read_a_text(text, formats):
    assert fitting_formats(text) == formats


@given(
    st.datetimes(datetime.datetime(1970, 1, 1), datetime.datetime(2060, 1, 1)),
    st.sampled_from(["%d.%m.%Y %H:%M:%S.%f", "%B %d, %Y %H:%M:%S.%f"]),
)
def test_one_of_them_gives_the_time_that_was_written(moment, pattern):
    text = moment.strftime(pattern)
    assert moment in [datetime.datetime.strptime(text, found) for found in fitting_formats(text)]
