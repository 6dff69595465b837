import dataclasses
import json

import numpy as np
import pytest
from scipy.stats import chi2

from bert_tf.detection.quiet_pattern import Effects, QuietPattern
from bert_tf.detection.variance_component import VarianceComponent


def test_effects_are_shrunk_by_their_precision_by_hand():
    # Weights 1, 2, 1 of 0, 2, 4 have the variance 2.4 between them (see `test_variance_component`); kept is
    # 2.4 / (2.4 + v).
    found = Effects.shrunk(np.array([0.0, 2.0, 4.0]), np.array([1.0, 0.5, 1.0]))
    kept = np.array([2.4 / 3.4, 2.4 / 2.9, 2.4 / 3.4])
    assert found.values == pytest.approx(kept * [0, 2, 4])
    assert found.freedom == pytest.approx(kept.sum() * 2 / 3)


def test_of_a_group_without_texts_nothing_is_said():
    found = Effects.shrunk(np.array([0.0, 2.0, 4.0, 0.0]), np.array([1.0, 0.5, 1.0, np.inf]))
    assert found.values[3] == 0
    assert not found.draw(np.random.default_rng(0), 50)[:, 3].any()


@pytest.mark.parametrize("precision", [10.0, 0.1])
def test_draws_of_groups_whose_variance_is_known(precision):
    """Of a variance of 1 that is known for certain, p / (1 + p) is kept of an effect and 1 / (1 + p) left unknown."""
    certain = VarianceComponent(1.01e8, 1e6, 100.0, largest=4.0)
    effects = Effects((1.5, -1.0, -0.5), (precision,) * 3, (0.0,) * 3, certain)
    drawn = effects.draw(np.random.default_rng(0), 20_000)
    kept = precision / (1 + precision)
    assert effects.values == pytest.approx(kept * np.array([1.5, -1.0, -0.5]))
    assert drawn.mean(0) == pytest.approx(effects.values, abs=0.03)
    # Two thirds of the variance are left beside the mean of three.
    assert drawn.var(0) == pytest.approx([2 / 3 / (1 + precision)] * 3, rel=0.05)


@pytest.mark.parametrize("between", [0.0, 0.02, np.log(1.25) ** 2, 0.5])
def test_draws_differ_from_the_estimates_as_these_do_from_the_truth(between):
    """Effects that vary by less than the smallest surge, by as much, and by more: of each many estimates are made."""
    generator, groups, precision = np.random.default_rng(1), 4000, 30.0
    truth = np.sqrt(between) * generator.standard_normal(groups)
    found = truth + generator.standard_normal(groups) / np.sqrt(precision)
    certain = VarianceComponent(1e8 * (1 + 100 * between), 1e8, 100.0, largest=4.0)
    effects = Effects(tuple(found.tolist()), (precision,) * groups, (0.0,) * groups, certain)
    drawn = effects.draw(generator, 20)
    assert np.var(drawn - effects.values) == pytest.approx(np.var(truth - effects.values), rel=0.1)


def test_draws_where_counts_and_days_vary_otherwise_than_they_were_taken_to():
    """Of a variance of 1 / 30, of which a quarter of the days' 0.04 is a part, and none between the groups."""
    certain = VarianceComponent(1e8, 1e8, 100.0, largest=4.0)
    effects = Effects((0.0,) * 1000, (30.0,) * 1000, (0.25,) * 1000, certain)
    kept = np.log(1.25) ** 2 / (np.log(1.25) ** 2 + 1 / 30)
    chance, of_days = np.array([0.8, 1.0, 1.5, 0.1]), np.array([0.04, 0.0, 0.1, -0.4])
    drawn = effects.draw(np.random.default_rng(0), 4, chance=chance, more_by_days=of_days - chance * 0.04)
    by_counts = chance * (1 / 30 - 0.25 * 0.04)
    assert drawn.var(1) == pytest.approx(kept**2 * np.maximum(by_counts + 0.25 * of_days, 0), rel=0.15)


def test_effects_as_large_as_the_smallest_surge_are_not_taken_for_chance():
    """Four effects of ±0.1 that are known to ±0.1 vary as chance lets them: between them nothing is seen.

    Still k = ln(1.25)² / (ln(1.25)² + 0.1²) = 0.83 is kept of each.
    """
    alike = Effects.shrunk(np.array([0.1, -0.1, 0.1, -0.1]), np.full(4, 0.01))
    alike = dataclasses.replace(alike, between=dataclasses.replace(alike.between, statistic=3.0))
    assert alike.between.value == 0
    assert alike.values == pytest.approx(0.08327 * np.array([1, -1, 1, -1]), abs=1e-4)
    assert alike.freedom == pytest.approx(3 * 0.8327, abs=1e-3)
    drawn = alike.draw(np.random.default_rng(0), 20_000)
    assert drawn.mean(0) == pytest.approx(alike.values, abs=0.003)
    # The variance between them is (3 / χ² - 1) / 100 with three degrees of freedom, and 4 at most. What is unknown is
    # k² 0.1² and (1 - k)² of it, of which three quarters are left beside the mean of four.
    between = chi2(3).expect(lambda square: min((3 / square - 1) / 100, 4.0))
    assert drawn.var(0) == pytest.approx([0.75 * (0.8327**2 * 0.01 + 0.1673**2 * between)] * 4, rel=0.05)


def test_what_moves_all_groups_alike_is_unknown_of_the_level_alone():
    """Groups of 10, 20 and 70 texts: their weighted mean is that of all texts."""
    between = VarianceComponent(9.0, 2.0, 30.0, largest=4.0)
    effects = Effects((0.0, 0.0, 0.0), (10.0, 20.0, 70.0), (0.0, 0.0, 0.0), between)
    drawn = effects.draw(np.random.default_rng(0), 500)
    assert drawn.any()
    np.testing.assert_allclose(drawn @ [0.1, 0.2, 0.7], 0, atol=1e-12)
    assert not Effects.none(3).draw(np.random.default_rng(0), 2).any()


def test_a_pattern_comes_back_from_json(pattern):
    assert QuietPattern.of_state(json.loads(json.dumps(dataclasses.asdict(pattern)))) == pattern
