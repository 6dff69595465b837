import pytest

from bert_tf.errors import DataError
from bert_tf.monitoring.alarm_rate import days_between_alarms, span_seconds


def test_rates():
    assert days_between_alarms("1 in 100 days") == 100
    assert days_between_alarms(" 1 in 0.5 days") == 0.5
    assert days_between_alarms("1 in 1 day") == 1


@pytest.mark.parametrize("rate", ["", "100", "1 in 0 days", "2 in 100 days", "1 in -5 days", "1 in 100 weeks"])
def test_what_is_no_rate(rate):
    with pytest.raises(DataError, match="is not a rate of alarms"):
        days_between_alarms(rate)


def test_spans():
    assert [span_seconds(span, option="--late") for span in ("30m", "6h", "14d", "0h")] == [1800, 21_600, 1_209_600, 0]
    with pytest.raises(DataError, match="'6' is not a span of time") as problem:
        span_seconds("6", option="--late")
    assert problem.value.where == "--late"
