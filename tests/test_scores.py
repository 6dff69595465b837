import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.scores import (
    difference_text,
    interval_text,
    number_text,
    p_value_text,
    range_text,
    score_text,
    signed_text,
    size_text,
    spread_text,
)


@given(st.floats(0, 1))
def test_a_score_has_four_decimals_and_is_near(value):
    shown = score_text(value)
    assert re.fullmatch(r"[01]\.\d{4}", shown)
    assert abs(float(shown) - value) <= 0.5e-4 + 1e-12


@given(st.floats(-1, 1))
def test_a_difference_has_its_sign(difference):
    shown = difference_text(difference)
    assert re.fullmatch(r"[+-][01]\.\d{4}", shown)
    assert abs(float(shown) - difference) <= 0.5e-4 + 1e-12
    assert shown != "-0.0000"


def test_by_hand():
    assert score_text(11 / 12) == "0.9167"
    assert score_text(-1e-9) == "0.0000"
    assert interval_text(0.894736, 0.934210) == "0.8947 to 0.9342"
    assert difference_text(0.012) == "+0.0120"
    assert spread_text(0.9, None) == "0.9000"
    assert spread_text(0.9, 0.1) == "0.9000 ± 0.1000"


@pytest.mark.parametrize(
    "value, text",
    [(0, "p < 0.0001"), (0.00012, "p = 0.00012"), (0.0314, "p = 0.031"), (0.25, "p = 0.25"), (1, "p = 1.00")],
)
def test_p_value(value, text):
    assert p_value_text(value) == text


@pytest.mark.parametrize(
    ("value", "scale", "text"),
    [
        (2.51349, 1.2, "2.513"),
        (12345.678, 1.2, "12,345.678"),
        (12345.678, 3000.0, "12,346"),
        (-0.031249, 0.05, "-0.03125"),
        (5, 0.5, "5"),
        (-0.00001, 1.2, "0"),
        (1.5e-9, 1e-9, "1.5e-09"),
        (2.51349, 0.0, "2.513"),
    ],
)
def test_numbers_of_one_kind_have_the_decimals_that_give_their_deviation_four_digits(value, scale, text):
    assert number_text(value, scale) == text


def test_signs_and_ranges():
    assert [signed_text(value, 0.5) for value in (0.25, -0.25, 0.0)] == ["+0.25", "-0.25", "+0"]
    assert range_text(-0.5, 1234.5, 20.0) == "-0.5 to 1,234.5"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.51234, "0.5123"), (12345.6, "12,346"), (0.0, "0"), (3e-12, "3e-12"), (float("nan"), "nan")],
)
def test_a_number_by_itself_has_four_digits(value, text):
    assert size_text(value) == text
