import dataclasses
import json

import numpy as np
import pytest

from bert_tf.detection.quiet_pattern import Effects, QuietPattern


def test_effects_are_shrunk_by_their_precision_by_hand():
    # Weights 1, 2, 1 of 0, 2, 4 have the variance 2.4 between them (see `test_variance_component`); kept is
    # 2.4 / (2.4 + v), and 2.4 v / (2.4 + v) is left unknown.
    found = Effects.shrunk(np.array([0.0, 2.0, 4.0]), np.array([1.0, 0.5, 1.0]))
    kept = np.array([2.4 / 3.4, 2.4 / 2.9, 2.4 / 3.4])
    assert found.values == pytest.approx(kept * [0, 2, 4])
    assert found.variances == pytest.approx(kept * [1, 0.5, 1])
    assert found.freedom == pytest.approx(kept.sum() * 2 / 3)


def test_a_group_without_texts_may_be_as_far_off_as_others():
    found = Effects.shrunk(np.array([0.0, 2.0, 4.0, 0.0]), np.array([1.0, 0.5, 1.0, np.inf]))
    assert found.values[3] == 0
    assert found.variances[3] == pytest.approx(2.4)


def test_draws_have_the_effects_and_what_is_unknown():
    drawn = Effects((0.5, -1.0, 2.0), (0.04, 0.0, 0.04)).draw(np.random.default_rng(0), 20_000)
    assert drawn.mean(0) == pytest.approx([0.5, -1.0, 2.0], abs=0.01)
    # Of two that are equally unknown, what is left beside their mean is half of the variance.
    assert drawn.std(0) == pytest.approx([0.02**0.5, 0.0, 0.02**0.5], abs=0.005)


def test_what_moves_all_groups_alike_is_unknown_of_the_level_alone():
    """Groups of 10, 20 and 70 texts: their weighted mean is that of all texts."""
    effects = Effects((0.0, 0.0, 0.0), (1 / 10, 1 / 20, 1 / 70))
    drawn = effects.draw(np.random.default_rng(0), 500)
    np.testing.assert_allclose(drawn @ [0.1, 0.2, 0.7], 0, atol=1e-12)
    assert not Effects.none(3).draw(np.random.default_rng(0), 2).any()


def test_a_pattern_comes_back_from_json(pattern):
    assert QuietPattern.of_state(json.loads(json.dumps(dataclasses.asdict(pattern)))) == pattern
