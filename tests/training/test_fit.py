"""The whole loop on a small model: what is written, what is shown, when it stops."""

import dataclasses
import io
import re

import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras
from rich.console import Console
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from bert_tf.errors import TrainingError
from bert_tf.training.checkpoints import list_checkpoints
from bert_tf.training.fit import fit
from bert_tf.training.optimizer import adamw
from bert_tf.training.precision import bfloat16_matmuls

STEPS = 5


@dataclasses.dataclass
class Size:
    examples: int = 8
    tokens: int = 30
    padded_tokens: int = 40


class Small(keras.Sequential):
    """Reports what `TextModel` reports of a step."""

    def train_step(self, data):
        logs = super().train_step(data)
        return {**logs, "step_loss": logs["loss"], "gradient_norm": tf.constant(1.5)}


def run(folder, *, epochs=3, validate=None, patience=0, learning_rate=0.1, features=None, console=None):
    keras.utils.set_random_seed(1)
    generator = np.random.default_rng(0)
    x = generator.normal(size=(8, 4)).astype("float32") if features is None else features
    model = Small([keras.layers.Dense(2)])
    model.build((None, 4))
    row = (x, generator.integers(0, 2, 8), np.ones(8, "float32"))
    return fit(
        model,
        optimizer=adamw(
            learning_rate=learning_rate, schedule="linear", warmup=0.0, total_steps=STEPS * epochs, weight_decay=0.0,
            clip_norm=1.0,
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
        dataset=tf.data.Dataset.from_tensors(row).repeat(),
        size=lambda step: Size(),
        epochs=epochs,
        steps_per_epoch=STEPS,
        validate=validate,
        run_folder=folder,
        monitor="loss",
        patience=patience,
        console=console,
    )  # fmt: skip


def validation(losses):
    values = iter(losses)
    return lambda model: {"loss": next(values), "accuracy": 0.5}


def scalars(folder):
    events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    return {
        tag: [(event.step, float(tf.make_ndarray(event.tensor_proto))) for event in events.Tensors(tag)]
        for tag in events.Tags()["tensors"]
    }


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    screen = io.StringIO()
    logs = run(folder, validate=validation([0.9, 0.5, 0.7]), console=Console(file=screen, width=80))
    return folder, logs, screen.getvalue()


def test_logs_of_each_epoch(finished):
    _, logs, _ = finished
    assert [entry["val_loss"] for entry in logs] == [0.9, 0.5, 0.7]
    assert logs[2]["loss"] < logs[0]["loss"]


def test_best_and_last_checkpoint_are_kept(finished):
    folder, _, _ = finished
    kept = list_checkpoints(folder / "checkpoints")
    assert [(checkpoint.epoch, checkpoint.metrics["loss"]) for checkpoint in kept] == [(2, 0.5), (3, 0.7)]


def test_scalars_of_steps(finished):
    folder, _, _ = finished
    train = scalars(folder / "tensorboard" / "train")
    assert [step for step, _ in train["step_loss"]] == list(range(1, 16))
    np.testing.assert_allclose(
        [value for _, value in train["learning_rate"]], [0.1 * (15 - step) / 15 for step in range(15)], atol=1e-8
    )
    assert {value for _, value in train["padding_share"]} == {0.25}
    assert {value for _, value in train["gradient_norm"]} == {1.5}
    for (_, examples), (_, tokens) in zip(train["examples_per_second"], train["tokens_per_second"], strict=True):
        assert tokens / examples == pytest.approx(30 / 8, rel=1e-4)


def test_epochs_of_train_and_validation_share_their_tags(finished):
    folder, logs, _ = finished
    train, held_out = (scalars(folder / "tensorboard" / name) for name in ("train", "validation"))
    assert [value for _, value in held_out["epoch_loss"]] == pytest.approx([0.9, 0.5, 0.7])
    assert [value for _, value in train["epoch_loss"]] == pytest.approx([entry["loss"] for entry in logs])
    assert {"epoch_loss", "epoch_accuracy"} == set(held_out) <= set(train)


def test_plain_lines_where_there_is_no_terminal(finished):
    _, _, screen = finished
    lines = screen.splitlines()
    assert len(lines) == 3
    assert re.fullmatch(
        r"epoch 2/3 done · loss \d\.\d{4} · accuracy \d\.\d{4} · validation loss 0\.5000 · validation accuracy 0\.5000",
        lines[1],
    )


def test_a_bar_on_a_terminal(tmp_path):
    screen = io.StringIO()
    run(tmp_path, epochs=1, console=Console(file=screen, force_terminal=True, width=200, color_system=None))
    shown = screen.getvalue()
    assert "epoch 1/1" in shown
    assert "5/5" in shown
    assert "padding 25%" in shown
    assert re.search(r"loss \d\.\d+ · [\d.]+ examples/s · \d+ tokens/s", shown)


def test_early_stopping_and_no_validation(tmp_path):
    logs = run(tmp_path / "a", epochs=6, validate=validation([0.5, 0.6, 0.7, 0.4]), patience=2)
    assert len(logs) == 3
    run(tmp_path / "b", epochs=2)
    assert [checkpoint.epoch for checkpoint in list_checkpoints(tmp_path / "b" / "checkpoints")] == [2]


def test_divergence_is_told(tmp_path):
    with pytest.raises(TrainingError, match="loss is nan(.|\n)*step 1\n(.|\n)*lower training.learning_rate"):
        run(tmp_path, features=np.full((8, 4), np.nan, "float32"))


def test_bfloat16_only_while_it_is_open():
    generator = np.random.default_rng(0)
    a, b = (tf.constant(generator.normal(size=(256, 256)), tf.float32) for _ in range(2))
    exact = a.numpy().astype("float64") @ b.numpy().astype("float64")

    def error():
        return np.abs(tf.function(lambda x, y: tf.matmul(x, y))(a, b).numpy() - exact).max()

    with bfloat16_matmuls(True):
        inside = error()
    assert error() < 1e-4 < inside
