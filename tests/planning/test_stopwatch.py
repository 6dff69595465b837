import time

import pytest

from bert_tf.planning.stopwatch import Stopwatch


def test_seconds_of_the_block_and_no_others():
    around = time.perf_counter()
    with Stopwatch() as watch:
        before = time.perf_counter()
        time.sleep(0.05)
        within = time.perf_counter() - before
        assert watch.seconds == 0
    assert within <= watch.seconds <= time.perf_counter() - around
    told = watch.seconds
    time.sleep(0.01)
    assert watch.seconds == told


def test_seconds_of_a_block_that_fails():
    with pytest.raises(ValueError, match="broken"), Stopwatch() as watch:
        time.sleep(0.01)
        raise ValueError("broken")
    assert watch.seconds >= 0.01
