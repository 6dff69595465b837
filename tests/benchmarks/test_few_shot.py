import math

import pytest

from benchmarks.few_shot import student_interval


def test_the_interval_of_a_mean_is_students():
    # 12.706 standard errors, which are half of 0.1 for two values so far apart (Student 1908, one degree of freedom).
    mean, half = student_interval([0.8, 0.9])
    assert mean == pytest.approx(0.85)
    assert half == pytest.approx(12.706 * 0.05, rel=1e-4)
    assert student_interval([0.8]) == (0.8, math.inf)
