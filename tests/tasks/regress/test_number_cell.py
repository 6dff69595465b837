import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.checks import Refusal
from bert_tf.tasks.regress.number_cell import check_number, nearest_number


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("3.8", 3.8),
        (" -2 ", -2.0),
        (b"1e-3", 0.001),
        (".5", 0.5),
        ("+4.", 4.0),
        (3, 3.0),
        (2.5, 2.5),
        (Decimal("1.5"), 1.5),
    ],
)
def test_numbers_of_all_formats(value, number):
    assert check_number("y", value) == number


@pytest.mark.parametrize(("value", "number"), [("3,8", 3.8), ("1.200,50", 1200.5), (" 7 ", 7.0), (2.5, 2.5)])
def test_decimal_commas_where_the_recipe_says_so(value, number):
    assert check_number("y", value, has_commas=True) == number


def test_a_point_among_commas_is_refused():
    assert check_number("y", "3.8", has_commas=True) == Refusal("no number", "y is '3.8', not a number", "3.8")
    assert check_number("y", "nan", has_commas=True).reason == "missing label"


@given(st.floats(-1e29, 1e29))
def test_each_number_is_read_as_it_is_written(number):
    assert check_number("y", repr(number)) == check_number("y", number) == number


@pytest.mark.parametrize(
    "value", [None, "", "  ", "nan", math.nan, "NA", "null", "-", "NaT", "<NA>", "#N/A", Decimal("NaN")]
)
def test_missing(value):
    assert check_number("y", value).reason == "missing label"


@pytest.mark.parametrize("value", ["inf", "-Infinity", math.inf, Decimal("-Infinity"), "1e999", 10**400])
def test_infinite(value):
    found = check_number("y", value)
    assert (found.reason, found.message) == ("infinite label", "y is infinite")


def test_too_large_for_float32():
    assert check_number("y", 1e31).reason == "too large a label"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("many", "y is 'many', not a number"),
        ("3,8", "y is '3,8', not a number; did you mean 3.8?"),
        ("1,200.50", "y is '1,200.50', not a number; did you mean 1200.50?"),
        ("45%", "y is '45%', not a number; did you mean 45?"),
        ("$1,200.50", "y is '$1,200.50', not a number; did you mean 1200.50?"),
        ("9,99 €", "y is '9,99 €', not a number; did you mean 9.99?"),
        ("$9.99", "y is '$9.99', not a number; did you mean 9.99?"),
        ("1_000", "y is '1_000', not a number"),
        ("٣", "y is '٣', not a number"),
        (True, "y is true, not a number"),
    ],
)
def test_what_is_no_number_is_told_with_what_it_may_mean(value, message):
    found = check_number("y", value)
    assert isinstance(found, Refusal)
    assert (found.reason, found.message) == ("no number", message)


def test_a_cell_of_another_kind():
    assert check_number("y", [1.0]).reason == "wrong type"
    assert check_number("y", b"\xff").reason == "bad UTF-8"


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("1,234", "1234"),
        ("12 000", "12000"),
        ("12,5", "12.5"),
        ("1.200,50", "1200.50"),
        ("-1.234.567", "-1234567"),
        ("1.20.300", None),
        ("x", None),
    ],
)
def test_nearest_number(written, near):
    assert nearest_number(written) == near
