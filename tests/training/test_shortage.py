import pytest
import tensorflow as tf

from bert_tf.errors import TrainingError
from bert_tf.training.shortage import shortage_told


def test_memory_that_runs_out_is_told():
    with pytest.raises(TrainingError, match="Out of memory(.|\n)*batch_size"), shortage_told():
        # More than any machine has; TensorFlow's own allocator refuses it.
        tf.zeros((1 << 25, 1 << 25))


def test_a_full_disk_is_not_taken_for_memory():
    with pytest.raises(TrainingError, match="disk is full"), shortage_told():
        raise tf.errors.ResourceExhaustedError(None, None, "events.out; No space left on device")
