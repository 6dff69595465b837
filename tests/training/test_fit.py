import pytest
import tensorflow as tf

from bert_tf.errors import TrainingError
from bert_tf.training.fit import _memory_told


def test_logs_of_each_epoch(finished):
    assert [entry["val_loss"] for entry in finished.logs] == [0.9, 0.5, 0.7]
    assert finished.logs[2]["loss"] < finished.logs[0]["loss"]


def test_without_validation(train):
    assert set(train(epochs=1)[0]) == {"loss", "accuracy"}


def test_memory_that_runs_out_is_told():
    with pytest.raises(TrainingError, match="Memory ran out(.|\n)*batch_size"), _memory_told():
        # More than any machine has; TensorFlow's own allocator refuses it.
        tf.zeros((1 << 25, 1 << 25))


def test_a_full_disk_is_not_taken_for_memory():
    with pytest.raises(TrainingError, match="disk is full"), _memory_told():
        raise tf.errors.ResourceExhaustedError(None, None, "events.out; No space left on device")
