import dataclasses
import json
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras

from bert_tf.errors import ModelError, TrainingError
from bert_tf.models.kernels.rows_in_use import RowsInUse
from bert_tf.tasks.classify.measures import ACCURACY, LOG_LOSS
from bert_tf.training.checkpoints import (
    best_checkpoint,
    checkpoint_bytes,
    copied_state,
    copied_weights,
    is_whole,
    keep_checkpoints,
    list_checkpoints,
    load_checkpoint,
    load_state,
    write_checkpoint,
)
from bert_tf.training.fit import compile_model
from bert_tf.training.optimizer import adamw
from bert_tf.training.resume_points import Progress, copied_point, load_point, write_point


def small_model(units=3):
    model = keras.Sequential([keras.layers.Dense(units), keras.layers.BatchNormalization()])
    model.build((None, 2))
    return model


def test_every_variable_comes_back(tmp_path):
    model, other = small_model(), small_model()
    model.set_weights([np.random.default_rng(0).normal(size=weight.shape) for weight in model.get_weights()])
    load_checkpoint(write_checkpoint(tmp_path, copied_weights(model), epoch=1, metrics={"loss": 0.5}), other)
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.fixture
def three(tmp_path):
    values = [{"loss": 0.5, "accuracy": 0.7}, {"loss": 0.4, "accuracy": 0.8}, {"loss": 0.6, "accuracy": 0.8}]
    return [
        write_checkpoint(tmp_path, copied_weights(small_model()), epoch=i, metrics=v)
        for i, v in enumerate(values, start=1)
    ]


def test_list(tmp_path, three):
    assert list_checkpoints(tmp_path) == three


def test_bytes(tmp_path):
    for name, size in (("epoch-001", 3), ("step-000004-after-0", 5)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").write_bytes(bytes(size))
    assert checkpoint_bytes(tmp_path) == 3 + 5
    assert checkpoint_bytes(tmp_path / "none") == 0


def test_best_is_lowest_loss_or_highest_score_and_earliest_on_a_tie(three):
    assert best_checkpoint(three, monitor=LOG_LOSS).epoch == 2
    assert best_checkpoint(three, monitor=ACCURACY).epoch == 2
    assert best_checkpoint(three[1:], monitor=ACCURACY).epoch == 2
    unmeasured = dataclasses.replace(three[0], metrics={})
    assert best_checkpoint([unmeasured, *three[1:]], monitor=LOG_LOSS).epoch == 2


def test_only_the_kept_stay(tmp_path, three):
    keep_checkpoints(tmp_path, [three[1]])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["epoch-002"]


def test_damage_is_seen(tmp_path):
    checkpoint = write_checkpoint(tmp_path, copied_weights(small_model()), epoch=1, metrics={})
    path = checkpoint.folder / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(TrainingError, match="damaged(.|\n)*epoch-001"):
        load_checkpoint(checkpoint, small_model())


def embedding_model(ids=None):
    """A table and its optimizer, which knows the rows of some ids only."""
    model = keras.Sequential([keras.layers.Embedding(9, 2)])
    model.build((None, 4))
    optimizer = adamw(
        learning_rate=0.1, schedule="constant", warmup=0.0, total_steps=9, weight_decay=0.5, clip_norm=0.0
    )
    (table,) = model.trainable_variables
    table.assign(np.arange(18.0).reshape(9, 2))
    compile_model(model, optimizer=optimizer, rows_in_use=None if ids is None else RowsInUse(table, np.array(ids)))
    return model


def trained(model):
    """The same model three steps later."""
    (table,) = model.trainable_variables
    for row in (1, 4, 1):
        gradient = tf.IndexedSlices(tf.ones([1, 2]), tf.constant([row]), tf.constant([9, 2]))
        model.optimizer.apply_gradients([(gradient, table)])
    return model


def test_weights_and_state_are_whole_where_the_optimizer_knows_some_rows_only():
    whole, in_part = trained(embedding_model()), trained(embedding_model([1, 4]))
    for copied in (lambda model: copied_state(model.optimizer), copied_weights):
        expected, found = (list(copied(model).values()) for model in (whole, in_part))
        for one, other in zip(expected, found, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("ids", [None, [1, 4], [0, 1, 4, 8]])
def test_training_goes_on_from_a_checkpoint_with_more_rows_in_use_or_with_all(tmp_path, ids):
    expected = trained(trained(embedding_model()))
    model, point = embedding_model(ids), copied_point(trained(embedding_model([1, 4])))
    load_point(write_point(tmp_path, point, Progress()), model)
    (found,), (wanted,) = (copied_weights(each).values() for each in (trained(model), expected))
    np.testing.assert_array_equal(found, wanted)


def test_a_state_with_moments_of_other_rows_is_refused(tmp_path):
    point = write_point(tmp_path, copied_point(trained(embedding_model([1, 4]))), Progress())
    with pytest.raises(ModelError, match="moments of words"):
        load_state(point.checkpoint, embedding_model([1, 5]).optimizer)


def test_another_model_is_seen(tmp_path):
    checkpoint = write_checkpoint(tmp_path, copied_weights(small_model()), epoch=1, metrics={})
    with pytest.raises(TrainingError, match="belongs to another model"):
        load_checkpoint(checkpoint, small_model(units=4))


KILLED = """
import pathlib, sys
import numpy as np, tf_keras as keras
from bert_tf.training.checkpoints import copied_weights, write_checkpoint
model = keras.Sequential([keras.layers.Dense(2000)])
model.build((None, 2000))
print("ready", flush=True)
for epoch in range(1, 1000):
    write_checkpoint(pathlib.Path(sys.argv[1]), copied_weights(model), epoch=epoch, metrics={})
"""


def test_a_kill_in_the_middle_leaves_only_whole_checkpoints(tmp_path, warm_popen):
    with warm_popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        # While it writes one more.
        while len(found := list_checkpoints(tmp_path)) < 3:
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    found = list_checkpoints(tmp_path)
    assert len(found) >= 3
    model = keras.Sequential([keras.layers.Dense(2000)])
    model.build((None, 2000))
    for checkpoint in found[-3:]:
        load_checkpoint(checkpoint, model)
        assert json.loads((checkpoint.folder / "checkpoint.json").read_text())["epoch"] == checkpoint.epoch


HOSTILE = ["", "[]", "{}", '{"epoch": 1}', "[" * 900, "9" * 5000, "\x00"]


@pytest.mark.parametrize("content", HOSTILE)
def test_damaged_facts_hide_no_other_checkpoint(tmp_path, three, content, caplog):
    (three[1].folder / "checkpoint.json").write_text(content)
    assert list_checkpoints(tmp_path) == [three[0], three[2]]
    assert "epoch-002" in caplog.text


def test_another_value_in_the_facts_is_seen(tmp_path, three):
    path = three[0].folder / "checkpoint.json"
    path.write_text(path.read_text().replace("0.7", "0.9"))
    assert list_checkpoints(tmp_path) == three[1:]


def test_facts_of_another_epoch_are_seen(tmp_path, three):
    shutil.copy(three[0].folder / "checkpoint.json", three[1].folder)
    assert list_checkpoints(tmp_path) == [three[0], three[2]]


def test_those_of_another_training_are_told_and_left_out(tmp_path, caplog):
    weights = copied_weights(small_model())
    for epoch, training in enumerate(["own", "other", "own"], start=1):
        write_checkpoint(tmp_path, weights, epoch=epoch, metrics={}, training=training)
    assert [found.epoch for found in list_checkpoints(tmp_path, training="own")] == [1, 3]
    assert "epoch-002" in caplog.text
    assert "it is from another training" in caplog.text


def test_whole_are_weights(tmp_path):
    checkpoint = write_checkpoint(tmp_path, copied_weights(small_model()), epoch=1, metrics={})
    assert is_whole(checkpoint)
    path = checkpoint.folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    assert not is_whole(checkpoint)
    path.unlink()
    assert not is_whole(checkpoint)


def test_an_epoch_that_comes_again_is_written_again(tmp_path, three):
    (three[0].folder / "model.safetensors").write_bytes(b"")
    again = write_checkpoint(tmp_path, copied_weights(small_model()), epoch=1, metrics=three[0].metrics)
    assert is_whole(again)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["epoch-001", "epoch-002", "epoch-003"]


def test_a_folder_without_facts_is_told(tmp_path, three, caplog):
    (three[1].folder / "checkpoint.json").unlink()
    assert list_checkpoints(tmp_path) == [three[0], three[2]]
    assert "epoch-002" in caplog.text
