import numpy as np
import pytest
from scipy.stats import chi2

from bert_tf.detection.variance_component import VarianceComponent


@pytest.mark.parametrize(
    ("statistic", "freedom", "scale", "value"),
    [(30, 10, 2, 1.0), (10, 10, 2, 0.0), (4, 10, 2, 0.0), (30, 0, 2, 0.0), (30, 10, 0, 0.0), (300, 10, 2, 5.0)],
)
def test_the_mean_square_less_1_in_units_of_its_scale(statistic, freedom, scale, value):
    assert VarianceComponent(statistic, freedom, scale, largest=5.0).value == value


def test_between_is_dersimonian_and_lairds_by_hand():
    # Weights 1, 2, 1: mean (0 + 2 × 2 + 4) / 4 = 2, Q = 4 + 0 + 4 = 8, freedom 2; C = 4 - 6 / 4 = 2.5, so that the
    # variance is (8 - 2) / 2.5 = 2.4.
    found = VarianceComponent.between(np.array([0.0, 2.0, 4.0]), np.array([1.0, 0.5, 1.0]), spent=1.0, largest=100.0)
    assert (found.statistic, found.freedom) == (8.0, 2.0)
    assert found.value == pytest.approx(2.4)


def test_an_effect_of_which_nothing_is_known_counts_for_nothing():
    known = VarianceComponent.between(np.array([0.0, 2.0, 4.0]), np.array([1.0, 0.5, 1.0]), spent=1.0, largest=100.0)
    more = VarianceComponent.between(
        np.array([0.0, 9.0, 2.0, 4.0]), np.array([1.0, np.inf, 0.5, 1.0]), spent=1.0, largest=100.0
    )
    assert more == known


def test_of_one_group_nothing_is_known():
    found = VarianceComponent.between(np.array([3.0]), np.array([1.0]), spent=1.0, largest=1.0)
    assert found.value == 0
    assert not found.draw(np.random.default_rng(0), 5).any()


@pytest.mark.parametrize("freedom", [3.0, 8.0, 20.0])
@pytest.mark.parametrize("mean_square", [0.6, 10.0])
def test_draws_have_the_quantiles_of_an_inverse_chi_square(freedom, mean_square):
    drawn = VarianceComponent(mean_square * freedom, freedom, 2.0, largest=1e9).draw(np.random.default_rng(0), 1000)
    for level in (0.1, 0.5, 0.9):
        expected = (mean_square * freedom / chi2.ppf(1 - level, freedom) - 1) / 2
        assert np.quantile(drawn, level) == pytest.approx(expected, abs=0.03 * mean_square)


def test_where_numbers_vary_by_chance_alone_half_of_the_draws_are_below_0():
    known = VarianceComponent(20.0, 20.0, 2.0, largest=1e9)
    drawn = known.draw(np.random.default_rng(0), 1000)
    assert known.value == 0
    assert (drawn < 0).mean() == pytest.approx(1 - chi2.cdf(20, 20), abs=0.002)
    assert drawn.min() > -1 / 2


def test_the_more_chance_gives_the_less_is_left():
    """Of the same mean square, 20% more by chance is 0.2 / 2 less."""
    known = VarianceComponent(60.0, 20.0, 2.0, largest=1e9)
    less, more = (known.draw(np.random.default_rng(0), 100, chance=chance) for chance in (1.0, np.full(100, 1.2)))
    np.testing.assert_allclose(less - more, 0.1)


def test_no_draw_is_larger_than_what_is_taken_for_possible():
    assert VarianceComponent(30.0, 3.0, 2.0, largest=7.0).draw(np.random.default_rng(0), 1000).max() == 7.0
