import io
import shutil

import numpy as np
import pytest
from rich.console import Console
from safetensors.numpy import load_file

from bert_tf.errors import TrainingError
from bert_tf.training.checkpoints import list_checkpoints


def test_logs_of_each_epoch(finished):
    assert [entry["val_loss"] for entry in finished.logs] == [0.9, 0.5, 0.7]
    assert finished.logs[2]["loss"] < finished.logs[0]["loss"]


def test_without_validation(train):
    assert set(train(epochs=1)[0]) == {"loss", "accuracy"}


def last(folder):
    return list_checkpoints(folder / "checkpoints")[-1]


def weights(folder):
    return load_file(last(folder).folder / "model.safetensors")


def test_an_epoch_and_another_are_two(train, tmp_path):
    first = train(epochs=1, total_epochs=2, keep_state=True)
    screen = io.StringIO()
    second = train(epochs=2, resume_from=last(tmp_path), console=Console(file=screen, width=80))
    in_two = weights(tmp_path)
    shutil.rmtree(tmp_path / "checkpoints")
    assert [*first, *second] == train(epochs=2)
    at_once = weights(tmp_path)
    # Keras numbers the layers of a process; the place before the name tells them apart.
    for one, other in zip(sorted(in_two), sorted(at_once), strict=True):
        np.testing.assert_array_equal(in_two[one], at_once[other])
    assert "epoch 2/2 done" in screen.getvalue()
    assert "epoch 1/2" not in screen.getvalue()


def test_a_state_that_was_not_kept_is_missed(train, tmp_path):
    train(epochs=1, total_epochs=2)
    with pytest.raises(TrainingError, match="damaged(.|\n)*optimizer.safetensors"):
        train(epochs=2, resume_from=last(tmp_path))


def test_a_state_that_is_damaged_is_seen(train, tmp_path):
    train(epochs=1, keep_state=True)
    path = last(tmp_path).folder / "optimizer.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(TrainingError, match="damaged(.|\n)*optimizer.safetensors"):
        train(epochs=2, resume_from=last(tmp_path))
