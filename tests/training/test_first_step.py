import subprocess
import sys

import pytest

SLEEPS = """
import time
from bert_tf.training.first_step import seconds_since_start
first, clock = seconds_since_start(), time.monotonic()
time.sleep(0.5)
print(seconds_since_start() - first - (time.monotonic() - clock), first > 0)
"""


def test_told_once_and_while_training(train):
    told = []
    train(epochs=2, first_step=told.append)
    assert len(told) == 1
    assert told[0] > 0


def test_nothing_is_told_where_nobody_asks(train):
    assert len(train(epochs=1)) == 1


def test_age_of_the_process():
    drift, positive = subprocess.run(
        [sys.executable, "-c", SLEEPS], capture_output=True, text=True, check=True
    ).stdout.split()
    # Two readings of hundredths of a second.
    assert float(drift) == pytest.approx(0, abs=0.05)
    assert positive == "True"
