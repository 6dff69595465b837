import math

import numpy as np
import pytest

from bert_tf.training.schedule import WarmupSchedule


def curve(shape, warmup_steps=4, total_steps=20):
    schedule = WarmupSchedule(peak=2e-5, shape=shape, warmup_steps=warmup_steps, total_steps=total_steps)
    return np.array([float(schedule(step)) for step in range(total_steps + 2)])


@pytest.mark.parametrize("shape", ["linear", "cosine", "constant"])
def test_warm_up_is_a_straight_line_from_zero(shape):
    np.testing.assert_allclose(curve(shape)[:5], np.array([0, 0.5, 1.0, 1.5, 2.0]) * 1e-5, rtol=1e-5)


def test_linear_reaches_zero_at_the_last_step():
    expected = [2e-5 * (20 - step) / 16 for step in range(4, 21)] + [0]
    np.testing.assert_allclose(curve("linear")[4:], expected, rtol=1e-5, atol=1e-12)


def test_cosine_is_half_a_period():
    expected = [2e-5 * (1 + math.cos(math.pi * (step - 4) / 16)) / 2 for step in range(4, 21)]
    np.testing.assert_allclose(curve("cosine")[4:21], expected, rtol=1e-4, atol=1e-11)


def test_constant_stays():
    np.testing.assert_allclose(curve("constant")[4:], 2e-5, rtol=1e-6)


def test_without_warm_up_the_first_step_has_the_peak():
    assert curve("linear", warmup_steps=0)[0] == pytest.approx(2e-5)


def test_config_makes_an_equal_schedule():
    schedule = WarmupSchedule(peak=1e-3, shape="cosine", warmup_steps=3, total_steps=9)
    again = WarmupSchedule.from_config(schedule.get_config())
    assert float(again(5)) == float(schedule(5))
