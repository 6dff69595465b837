import math

import pytest

from bert_tf.measures import Measure, find_measure, row_measure
from bert_tf.scores import size_text

ACCURACY = Measure("accuracy", "accuracy")
LOSS = Measure("log_loss", "log loss", better="less", unit="nats", epoch_key="loss")


def test_the_best_ranks_first_and_what_is_no_number_last():
    values = [0.5, math.nan, 0.9, 0.1]
    assert sorted(values, key=ACCURACY.rank)[:3] == [0.9, 0.5, 0.1]
    assert sorted(values, key=LOSS.rank)[:3] == [0.1, 0.5, 0.9]
    assert math.isnan(max(values, key=ACCURACY.rank))
    assert math.isnan(max(values, key=LOSS.rank))


def test_its_value_after_an_epoch():
    epoch = {"loss": 1.0, "val_loss": 2.0, "val_accuracy": 0.5}
    assert (LOSS.of_epoch(epoch), LOSS.of_epoch(epoch, prefix="val_")) == (1.0, 2.0)
    assert ACCURACY.of_epoch(epoch, prefix="val_") == 0.5
    assert ACCURACY.of_epoch(epoch) is None


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("test.accuracy", ACCURACY),
        ("accuracy", ACCURACY),
        ("test.without_leaked.log_loss", LOSS),
        ("validation.loss", LOSS),
    ],
)
def test_a_measure_is_found_by_a_figures_place(place, found):
    assert find_measure(place, [ACCURACY, LOSS]) is found


@pytest.mark.parametrize("place", ["validation.per_class.loss.f1", "validation.per_class.accuracy.recall", "started"])
def test_more_is_better_of_anything_else(place):
    found = find_measure(place, [ACCURACY, LOSS])
    assert (found.better, found.of_epoch({"loss": 1.0, "accuracy": 0.5, "f1": 0.5})) == ("more", None)


def test_intervals_and_differences_have_its_digits():
    price = Measure("mae", "mean absolute error", better="less", unit="dollars", text=size_text)
    assert ACCURACY.interval_text(0.894736, 0.934210) == "0.8947 to 0.9342"
    assert price.interval_text(0.0012345, 1234.5678) == "0.001234 to 1,235"
    assert [ACCURACY.difference_text(value) for value in (0.012, -0.5, -0.00001)] == ["+0.0120", "-0.5000", "+0.0000"]
    assert price.difference_text(-1234.56) == "-1,235"


def test_how_it_is_written():
    assert ACCURACY.text(0.98196) == "0.9820"
    assert Measure("mae", "mean absolute error", better="less", unit="points", text=size_text).text(12345.6) == "12,346"


def test_rows_are_compared_by_the_first_mean_over_rows():
    first, mean, other = Measure("f1", "F1"), Measure("right", "right", is_mean=True), Measure("e", "e", is_mean=True)
    assert row_measure([first, mean, other]) is mean
    assert row_measure([first]) is first
