"""Training that ends between any two steps, or while it validates, and goes on as if it had not."""

import hashlib
import os
import shutil
import signal

import pytest
import tf_keras as keras
from safetensors.numpy import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from bert_tf.stop_signals import StopSignals
from bert_tf.training.checkpoints import list_checkpoints
from bert_tf.training.resume_points import newest_point
from bert_tf.training.tensorboard.event_writers import cut_events

EPOCHS, STEPS = 3, 5
LOSSES = [0.9, 0.5, 0.7]
# With dropout, a schedule that falls, and patience that ends nothing.
SETTINGS = {"epochs": EPOCHS, "dropout": 0.4, "patience": 2}


class Interrupt(keras.callbacks.Callback):
    """Sends this process a signal in a step, which waits for its end, or at an epoch's end, after it was validated."""

    def __init__(self, *, step=None, epoch=None):
        super().__init__()
        self.step, self.epoch, self.done = step, epoch, 0

    def on_train_batch_end(self, batch, logs):
        self.done += 1
        if self.done == self.step:
            os.kill(os.getpid(), signal.SIGTERM)

    def on_epoch_end(self, epoch, logs):
        if epoch == self.epoch:
            os.kill(os.getpid(), signal.SIGTERM)


def sha256_of_weights(folder):
    """Of the checkpoints by epoch; Keras numbers the layers of a process, so names are left out."""
    found = {}
    for checkpoint in list_checkpoints(folder / "checkpoints"):
        tensors = load_file(checkpoint.folder / "model.safetensors")
        found[checkpoint.epoch] = hashlib.sha256(b"".join(tensors[key].tobytes() for key in sorted(tensors)))
    return {epoch: digest.hexdigest() for epoch, digest in found.items()}


def curve(folder, part, tag):
    """Steps and values as TensorBoard reads them."""
    accumulator = EventAccumulator(str(folder / "tensorboard" / part), size_guidance={"tensors": 0}).Reload()
    return [(event.step, event.tensor_proto.SerializeToString()) for event in accumulator.Tensors(tag)]


def curves(folder):
    return {
        tag: curve(folder, part, tag)
        for part, tag in [("train", "step_loss"), ("train", "epoch_loss"), ("validation", "epoch_accuracy")]
    }


@pytest.fixture(scope="module")
def undisturbed(train_in, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    return train_in(folder, losses=LOSSES, **SETTINGS), sha256_of_weights(folder), curves(folder)


def stopped(train, interrupt, losses, resume_from=None):
    with StopSignals() as signals, pytest.raises(KeyboardInterrupt):
        train(losses=losses, others=[interrupt], signals=signals, resume_from=resume_from, **SETTINGS)
    # As a process that ends keeps them.
    for number, handler in signals._before.items():
        signal.signal(number, handler)


def left_in(folder):
    """The newest point, and curves up to there."""
    point = newest_point(folder / "checkpoints")
    cut_events(folder / "tensorboard", point.progress.event_bytes)
    return point


@pytest.mark.parametrize(
    ("interrupt", "step", "validated"),
    [
        ({"step": 2}, 2, 0),
        ({"step": 3}, 3, 0),
        ({"step": STEPS}, STEPS, 0),
        ({"step": STEPS + 1}, STEPS + 1, 1),
        ({"epoch": 1}, 2 * STEPS, 1),
        ({"step": 3 * STEPS}, 3 * STEPS, 2),
    ],
)
def test_going_on_is_never_having_stopped(train, tmp_path, undisturbed, interrupt, step, validated):
    stopped(train, Interrupt(**interrupt), LOSSES)
    point = left_in(tmp_path)
    assert (point.progress.step, len(point.progress.epochs)) == (step, validated)
    logs = train(losses=LOSSES[validated:], resume_from=point, **SETTINGS)
    assert (logs, sha256_of_weights(tmp_path), curves(tmp_path)) == undisturbed


def test_a_first_step_is_not_taken_twice_where_an_epoch_was_validated_before_it(train, tmp_path, undisturbed):
    stopped(train, Interrupt(step=STEPS), LOSSES)
    stopped(train, Interrupt(step=1), LOSSES, resume_from=left_in(tmp_path))
    point = left_in(tmp_path)
    assert (point.progress.step, len(point.progress.epochs)) == (STEPS + 1, 1)
    logs = train(losses=LOSSES[1:], resume_from=point, **SETTINGS)
    assert (logs, sha256_of_weights(tmp_path), curves(tmp_path)) == undisturbed


def test_a_process_that_is_killed_goes_on_from_the_last_point(train, tmp_path, undisturbed):
    """What it left later, an epoch's checkpoint and events among it, comes again."""
    train(losses=LOSSES, every_steps=4, **SETTINGS)
    killed = tmp_path / "checkpoints"
    point = newest_point(killed)
    assert point.progress.step == 12
    # The second epoch was begun, and lasted to its validation.
    shutil.rmtree(killed / "epoch-003")
    cut_events(tmp_path / "tensorboard", point.progress.event_bytes)
    logs = train(losses=LOSSES[2:], resume_from=point, **SETTINGS)
    assert (logs, sha256_of_weights(tmp_path), curves(tmp_path)) == undisturbed


def test_points_by_time(train, tmp_path):
    train(epochs=1, every_seconds=0.0)
    assert newest_point(tmp_path / "checkpoints").progress.step == STEPS


def test_without_signals_no_point_is_left(train, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train(epochs=1, others=[_Raise()])
    assert newest_point(tmp_path / "checkpoints") is None


class _Raise(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs):
        raise KeyboardInterrupt
