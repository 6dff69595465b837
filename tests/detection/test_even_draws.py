import numpy as np
import pytest
from scipy.stats import kstest

from bert_tf.detection.even_draws import chi_square, normal, uniform


@pytest.mark.parametrize("count", [1, 7, 200])
def test_each_part_has_one_draw(count):
    drawn = uniform(np.random.default_rng(0), count)
    assert sorted((drawn * count).astype(int)) == list(range(count))


def test_side_by_side_they_are_in_another_order():
    generator = np.random.default_rng(0)
    first, second = uniform(generator, 1000), uniform(generator, 1000)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.1


def test_the_distributions_are_met_more_closely_than_by_chance():
    generator = np.random.default_rng(0)
    assert kstest(normal(generator, 500), "norm").statistic <= 1 / 500
    assert kstest(chi_square(generator, 5.5, 500), "chi2", (5.5,)).statistic <= 1 / 500
