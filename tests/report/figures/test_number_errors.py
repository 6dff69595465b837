import xml.etree.ElementTree

import numpy as np
import pytest

from bert_tf.report.figures.number_errors import (
    MOST_POINTS,
    error_histogram,
    errors_by_size,
    points_to_draw,
    predicted_against_expected,
)

GROUPS = [
    {"from": 0.0, "to": 1.0, "rows": 10, "mae": 0.25, "bias": 0.125},
    {"from": 1.5, "to": 4.0, "rows": 12, "mae": 0.5, "bias": -0.5},
]


def described(svg):
    return xml.etree.ElementTree.fromstring(svg).get("aria-label")


def test_predicted_against_expected_in_words():
    expected = np.array([1.0, 2.0, 3.0])
    said = described(predicted_against_expected(expected, 2 * expected, unlearned=2.0))
    assert "3 of 3 rows: expected from 1 to 3, predicted from 2 to 6, correlation 1.00." in said
    assert "correlation 0.00" in described(predicted_against_expected(expected, np.full(3, 2.0), unlearned=2.0))


@pytest.mark.parametrize("rows", [1, MOST_POINTS, MOST_POINTS + 1, 50_000])
def test_a_page_has_room_for_a_thousand_points(rows):
    drawn = points_to_draw(rows)
    assert len(drawn) == min(rows, MOST_POINTS) == len(set(drawn.tolist()))
    np.testing.assert_array_equal(drawn, points_to_draw(rows))


def test_errors_by_size_in_words():
    assert described(errors_by_size(GROUPS)) == (
        "Mean absolute error and bias by expected number: 0 to 1: 0.25, bias +0.125; 1.5 to 4: 0.5, bias -0.5."
    )


def test_a_histogram_in_words():
    said = described(error_histogram(np.arange(101) - 50.0))
    assert said == "Histogram of predicted minus expected: 5% of the rows are below -45, half below 0, 95% below 45."
