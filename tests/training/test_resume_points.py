"""Points on disk: whole, damaged in every way, and which one is used."""

import json

import numpy as np
import pytest
import tf_keras as keras

from bert_tf.errors import TrainingError
from bert_tf.models.dropout_layer import Dropout
from bert_tf.training import resume_points
from bert_tf.training.fit import compile_model
from bert_tf.training.optimizer import adamw
from bert_tf.training.resume_points import (
    Progress,
    copied_point,
    load_batches,
    load_point,
    newest_point,
    remove_points,
    write_point,
)

FILES = ["model.safetensors", "optimizer.safetensors", "random.safetensors", "measures.safetensors", "resume.json"]


def compiled(units=3, *, scale_loss=False):
    model = keras.Sequential([Dropout(0.5), keras.layers.Dense(units)])
    model.build((None, 2))
    shape = {"learning_rate": 0.1, "schedule": "linear", "warmup": 0.0, "total_steps": 9}
    compile_model(model, optimizer=adamw(**shape, weight_decay=0.0, clip_norm=1.0, scale_loss=scale_loss))
    return model


@pytest.fixture
def two(tmp_path, monkeypatch):
    """Two points, as a kill leaves them before the first one is removed."""
    tensors = copied_point(compiled())
    with monkeypatch.context() as patch:
        patch.setattr(resume_points, "remove_folder", lambda folder: None)
        for step in (4, 7):
            write_point(tmp_path, tensors, Progress(step, ({"loss": 0.5},), 1.5, {"train/a": step}))
    return sorted(tmp_path.iterdir())


def test_what_is_written_is_read(tmp_path):
    progress = Progress(7, ({"loss": 0.1 + 0.2, "val_loss": 1 / 3},), 2.5, {"train/events": 10})
    write_point(tmp_path, copied_point(compiled()), progress)
    assert newest_point(tmp_path).progress == progress


def test_all_that_the_next_step_depends_on_comes_back(tmp_path):
    model, other = compiled(scale_loss=True), compiled(scale_loss=True)
    model.optimizer.iterations.assign(5)
    model.optimizer._loss_scale.current_loss_scale.assign(64.0)
    model.optimizer.dynamic_counter.assign(3)
    model.layers[0].generator.skip(100)
    load_point(write_point(tmp_path, copied_point(model), Progress()), other)
    assert int(other.optimizer.iterations) == 5
    assert (float(other.optimizer.loss_scale), int(other.optimizer.dynamic_counter)) == (64.0, 3)
    ones = np.ones((50, 2), np.float32)
    np.testing.assert_array_equal(model.layers[0](ones, training=True), other.layers[0](ones, training=True))
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_a_newer_point_takes_the_place_of_the_last(tmp_path):
    tensors = copied_point(compiled())
    for progress in (Progress(4), Progress(5), Progress(5, ({"loss": 1.0},))):
        write_point(tmp_path, tensors, progress)
    assert [path.name for path in tmp_path.iterdir()] == ["step-000005-after-1"]
    remove_points(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_same_point_is_never_away_and_a_damaged_one_is_replaced(tmp_path):
    tensors, folder = copied_point(compiled()), tmp_path / "step-000005-after-0"
    first, again = (write_point(tmp_path, tensors, Progress(5, (), seconds)) for seconds in (1.0, 2.0))
    assert first.progress == again.progress
    before = folder.stat().st_ino
    write_point(tmp_path, tensors, Progress(5))
    assert folder.stat().st_ino == before
    cut(folder / FILES[0])
    assert write_point(tmp_path, tensors, Progress(5, (), 3.0)).progress.seconds == 3.0
    assert newest_point(tmp_path).is_whole


def cut(path):
    path.write_bytes(path.read_bytes()[:-2])


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [cut, flip, lambda path: path.unlink(), lambda path: path.write_bytes(b"")])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_point_is_told_and_the_one_before_is_used(two, tmp_path, name, damage, caplog):
    damage(two[1] / name)
    assert newest_point(tmp_path).progress.step == 4
    assert "step-000007-after-1" in caplog.text
    damage(two[0] / name)
    assert newest_point(tmp_path) is None


def test_the_newest_is_that_of_most_steps_whatever_the_clock_said(two, tmp_path):
    two[0].touch()
    assert newest_point(tmp_path).progress.step == 7


def test_a_point_under_another_name_is_seen(two, tmp_path):
    two[1].rename(tmp_path / "step-000009-after-1")
    assert newest_point(tmp_path).progress.step == 4


def test_a_point_of_another_training_is_told_and_the_one_before_is_used(tmp_path, caplog):
    tensors, own, other = copied_point(compiled()), tmp_path / "own", tmp_path / "other"
    write_point(own, tensors, Progress(4), training="own")
    write_point(other, tensors, Progress(7), training="other")
    (other / "step-000007-after-0").rename(own / "step-000007-after-0")
    assert newest_point(own, training="own").progress.step == 4
    assert "it is from another training" in caplog.text
    assert newest_point(own).progress.step == 7


def test_a_point_of_another_training_is_written_anew(tmp_path):
    tensors = copied_point(compiled())
    write_point(tmp_path, tensors, Progress(4), training="other")
    assert write_point(tmp_path, tensors, Progress(4), training="own").training == "own"
    assert newest_point(tmp_path, training="own").progress.step == 4


def test_facts_that_were_changed_are_seen(two, tmp_path):
    path = two[1] / "resume.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "seconds": 1}))
    assert newest_point(tmp_path).progress.step == 4


def test_the_last_stays_where_the_next_is_not_read_back(two, tmp_path, monkeypatch):
    monkeypatch.setattr(resume_points.ResumePoint, "is_whole", property(lambda point: False))
    with pytest.raises(TrainingError, match="does not give back what was written"):
        write_point(tmp_path, copied_point(compiled()), Progress(9))
    monkeypatch.undo()
    assert {path.name for path in two} <= {path.name for path in tmp_path.iterdir()}


def test_another_model_is_seen(tmp_path):
    point = write_point(tmp_path, copied_point(compiled()), Progress())
    with pytest.raises(TrainingError, match="belongs to another model"):
        load_point(point, compiled(units=4))


def test_what_batches_depend_on_comes_back(tmp_path):
    model, kept = compiled(), {"mined": np.array([3, -1], np.int32)}
    assert load_batches(write_point(tmp_path, copied_point(model), Progress(1))) == {}
    point = write_point(tmp_path, copied_point(model, kept), Progress(2))
    assert load_batches(point)["mined"].tolist() == [3, -1]
    flip(point.checkpoint.folder / "batches.safetensors")
    with pytest.raises(TrainingError, match="batches of a checkpoint depend on is damaged"):
        load_batches(point)
    assert newest_point(tmp_path) is None
