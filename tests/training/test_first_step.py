import subprocess
import sys

SLEEPS = """
import time
from bert_tf.training.first_step import seconds_since_start
for pause in (0.5, 0):
    print(time.monotonic(), seconds_since_start(), time.monotonic())
    time.sleep(pause)
"""


def test_told_once_and_while_training(train):
    told = []
    train(epochs=2, first_step=told.append)
    assert len(told) == 1
    assert told[0] > 0


def test_nothing_is_told_where_nobody_asks(train):
    assert len(train(epochs=1)) == 1


def test_age_of_the_process():
    said = subprocess.run([sys.executable, "-c", SLEEPS], capture_output=True, text=True, check=True).stdout
    first, second = ([float(word) for word in line.split()] for line in said.splitlines())
    assert first[1] > 0
    # Each was read between two looks at the clock, however far apart these are; readings are of hundredths of a second.
    assert second[0] - first[2] - 0.05 <= second[1] - first[1] <= second[2] - first[0] + 0.05
