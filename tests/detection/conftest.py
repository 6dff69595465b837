"""A quiet period of four weeks with six buckets a day, what it teaches, and the limits that follow."""

import numpy as np
import pytest

from bert_tf.detection.alarm_limits import simulate_limits
from bert_tf.detection.buckets import Buckets
from bert_tf.detection.learn_quiet import learn_quiet

MONDAY = 1_424_044_800  # 16 February 2015, 00:00 UTC
SECONDS = 14_400


def _drawn(*, days: int = 28, texts: int = 40, share: float = 0.3, seed: int = 1, seconds: int = SECONDS):
    random = np.random.default_rng(seed)
    counts = random.poisson(texts, days * 86400 // seconds)
    return Buckets.of_counts(start=MONDAY, seconds=seconds, texts=counts, negatives=random.binomial(counts, share))


@pytest.fixture(scope="session")
def draw_quiet():
    """A function that draws other ones."""
    return _drawn


@pytest.fixture(scope="session")
def quiet():
    return _drawn()


@pytest.fixture(scope="session")
def pattern(quiet):
    return learn_quiet(quiet)


@pytest.fixture(scope="session")
def limits(pattern, quiet):
    return simulate_limits(pattern, quiet, days=100, paths=200)
