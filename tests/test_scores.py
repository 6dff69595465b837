import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.scores import difference_text, interval_text, p_value_text, score_text, spread_text


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
