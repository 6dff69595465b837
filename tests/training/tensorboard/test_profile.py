import numpy as np
import pytest
import tensorflow as tf

from bert_tf.errors import TrainingError


def recorded(folder):
    return list(folder.glob("tensorboard/plugins/profile/*/*.xplane.pb"))


def test_a_window_of_steps_is_recorded(train, tmp_path):
    train(epochs=2, profile_steps=(2, 3))
    (path,) = recorded(tmp_path)
    # The loop of Keras names a step after the part of the epoch; those outside of the window left no trace.
    assert path.stat().st_size > 1000


def test_a_window_after_the_end_records_nothing(train, tmp_path):
    train(epochs=1, profile_steps=(6, 9))
    assert not recorded(tmp_path)


def test_the_profiler_stops_with_training(train, tmp_path):
    with pytest.raises(TrainingError, match="diverged"):
        train(epochs=1, profile_steps=(1, 1000), features=np.full((8, 4), np.nan, "float32"))
    assert recorded(tmp_path)
    # It would refuse to start while it runs.
    tf.profiler.experimental.start(str(tmp_path / "next"))
    tf.profiler.experimental.stop(save=False)
