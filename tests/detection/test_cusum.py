import numpy as np

from bert_tf.detection.cusum import Cusums

LIMITS = np.array([3.0, 2.5])


def run(steps):
    """Evidence, evidence for the return, whether an alarm is on and was raised, after each step of two sizes."""
    sums = Cusums.at_rest(2)
    found = []
    for step in steps:
        raised = sums.add(np.array(step), LIMITS)
        found.append((sums.evidence.tolist(), float(sums.usual), bool(sums.alarmed), bool(raised)))
    return found


def test_sums_begin_anew_at_0_and_the_first_to_reach_its_limit_raises_one_alarm():
    assert run([(1, -1), (-4, 2), (1, 0), (1, 0.5), (2, 1)]) == [
        ([1, 0], 0, False, False),
        ([0, 2], 0, False, False),
        ([1, 2], 0, False, False),
        ([2, 2.5], 0, True, True),
        ([4, 3.5], 0, True, False),
    ]


def test_an_alarm_ends_when_the_return_to_normal_is_as_certain_and_then_all_begins_anew():
    # Evidence of the smallest size counts against the surge, up to the smallest limit, 2.5.
    assert run([(3, 0), (-2, -9), (1, 0), (-1, 0), (-0.5, 0), (1, 1)]) == [
        ([3, 0], 0, True, True),
        ([1, 0], 2, True, False),
        ([2, 0], 1, True, False),
        ([1, 0], 2, True, False),
        ([0, 0], 0, False, False),
        ([1, 1], 0, False, False),
    ]


def test_many_series_and_limits_at_once_are_as_each_alone():
    random = np.random.default_rng(0)
    ratios = random.normal(0, 1, (50, 2, 3))
    limits = np.array([[3.0, 5.0], [2.5, 4.0]])  # [J, G]
    together = Cusums.at_rest(2, 2, 3)
    raised = [together.add(step[:, np.newaxis], limits[:, :, np.newaxis]) for step in ratios]
    assert np.sum(raised) > 5
    for which in range(2):
        for series in range(3):
            alone = Cusums.at_rest(2)
            theirs = [bool(alone.add(step[:, series], limits[:, which])) for step in ratios]
            assert theirs == [bool(step[which, series]) for step in raised]
