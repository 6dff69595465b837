import time
import types

import numpy as np
import tf_keras as keras

from bert_tf.training import step_clock
from bert_tf.training.step_clock import StepClock

SLEEP = 0.2


class Sleeps(keras.callbacks.Callback):
    """Sleeps after the third step."""

    def __init__(self, sleep=time.sleep):
        super().__init__()
        self.sleep = sleep

    def on_train_batch_end(self, batch, logs):
        if batch == 2:
            self.sleep(SLEEP)


def test_each_step_from_the_end_of_the_one_before():
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(loss="mse")
    clock = StepClock()
    started = time.perf_counter()
    # The clock is asked before the sleeper: what that takes is the next step's.
    model.fit(np.ones((10, 3)), np.ones(10), batch_size=2, verbose=0, callbacks=[clock, Sleeps()])
    whole = time.perf_counter() - started
    assert len(clock.seconds) == 5
    assert clock.seconds[3] >= SLEEP
    assert sum(clock.seconds) <= whole


def test_training_ends_once_steps_took_long_enough(monkeypatch):
    # Only the sleeper takes time: a machine that is busy with other things may need as much for any step.
    now = [0.0]
    monkeypatch.setattr(step_clock, "time", types.SimpleNamespace(perf_counter=lambda: now[0]))
    sleeper = Sleeps(lambda seconds: now.append(now.pop() + seconds))
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(loss="mse")
    rows = np.ones((10, 3)), np.ones(10)
    model.fit(*rows, batch_size=2, verbose=0)  # the first step traces the model
    clock = StepClock(most_seconds=SLEEP, least_steps=1)
    # The sleep is in the fourth step.
    model.fit(*rows, batch_size=2, verbose=0, callbacks=[clock, sleeper])
    assert len(clock.seconds) == 4
    least = StepClock(most_seconds=0.0, least_steps=2)
    model.fit(*rows, batch_size=2, verbose=0, callbacks=[least])
    assert len(least.seconds) == 2
