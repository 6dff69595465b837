import threading

import numpy as np
import pytest

from bert_tf.errors import TrainingError
from bert_tf.tasks.classify.measures import ACCURACY, LOG_LOSS
from bert_tf.training import checkpoint_writer
from bert_tf.training.checkpoint_writer import CheckpointWriter
from bert_tf.training.checkpoints import list_checkpoints

WEIGHTS = {"0000 kernel": np.arange(6.0)}


def epochs(folder):
    return [checkpoint.epoch for checkpoint in list_checkpoints(folder)]


@pytest.fixture
def gate(monkeypatch):
    """Holds every write back until it is set."""
    opened, write = threading.Event(), checkpoint_writer.write_checkpoint

    def held(*arguments, **named):
        if not opened.wait(timeout=600):
            raise TimeoutError
        return write(*arguments, **named)

    monkeypatch.setattr(checkpoint_writer, "write_checkpoint", held)
    return opened


def test_training_goes_on_while_a_checkpoint_is_written(tmp_path, gate):
    with CheckpointWriter(tmp_path, monitor=LOG_LOSS) as writer:
        writer.write(WEIGHTS, epoch=1, metrics={})
        assert epochs(tmp_path) == []
        gate.set()
    assert epochs(tmp_path) == [1]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, TrainingError("diverged")])
def test_leaving_waits_for_the_one_that_is_written(tmp_path, gate, stop):
    with pytest.raises((KeyboardInterrupt, TrainingError)), CheckpointWriter(tmp_path, monitor=LOG_LOSS) as writer:
        writer.write(WEIGHTS, epoch=1, metrics={})
        threading.Timer(0.3, gate.set).start()
        raise stop
    assert epochs(tmp_path) == [1]


def test_best_and_last_stay(tmp_path):
    with CheckpointWriter(tmp_path, monitor=ACCURACY) as writer:
        for epoch, accuracy in enumerate((0.5, 0.9, 0.7, 0.8), start=1):
            writer.write(WEIGHTS, epoch=epoch, metrics={"accuracy": accuracy})
    assert epochs(tmp_path) == [2, 4]


def blocked(folder):
    """A place where no folder can be made."""
    path = folder / "file"
    path.write_text("")
    return path


def test_a_failure_is_told_before_the_next_is_begun(tmp_path):
    writer = CheckpointWriter(blocked(tmp_path), monitor=LOG_LOSS)
    writer.write(WEIGHTS, epoch=1, metrics={})
    with pytest.raises(TrainingError, match="epoch-001 could not be written"):
        writer.write(WEIGHTS, epoch=2, metrics={})


def test_a_failure_of_the_last_is_told_at_the_end(tmp_path):
    with (
        pytest.raises(TrainingError, match="epoch-001 could not be written"),
        CheckpointWriter(blocked(tmp_path), monitor=LOG_LOSS) as writer,
    ):
        writer.write(WEIGHTS, epoch=1, metrics={})


def test_a_failure_does_not_hide_why_training_ends(tmp_path, caplog):
    with pytest.raises(KeyboardInterrupt), CheckpointWriter(blocked(tmp_path), monitor=LOG_LOSS) as writer:
        writer.write(WEIGHTS, epoch=1, metrics={})
        raise KeyboardInterrupt
    assert "The checkpoint that was being written when training ended is lost: " in caplog.text
    assert "epoch-001 could not be written" in caplog.text
