"""The whole loop on a small model: five steps an epoch."""

import dataclasses
import functools
import io
import pathlib
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras
from rich.console import Console

from bert_tf.models.dropout_layer import Dropout
from bert_tf.tasks.classify.measures import LOG_LOSS
from bert_tf.training.epoch_end import ShouldStop, Validation
from bert_tf.training.first_step import FirstStep
from bert_tf.training.fit import Steps, compile_model, fit
from bert_tf.training.keep_points import Checkpointing
from bert_tf.training.optimizer import adamw
from bert_tf.training.tensorboard.event_writers import event_bytes, open_writers
from bert_tf.training.tensorboard.profile import profiled
from bert_tf.training.tensorboard.scalars import Scalars

STEPS = 5


@dataclasses.dataclass
class Size:
    """A quarter of each step is padding."""

    examples: int = 8
    tokens: int = 30
    padded_tokens: int = 40


class Small(keras.Sequential):
    """Has loss and metrics of its own and reports what `TextModel` reports of a step."""

    of_a_step: Mapping[str, float] = types.MappingProxyType({"gradient_norm": 1.5})

    def compile(self, optimizer: keras.optimizers.Optimizer) -> None:
        super().compile(optimizer)
        # In an object that is no layer, so that they are not among the weights.
        self.counted = types.SimpleNamespace(
            loss=keras.metrics.Mean(name="loss"), accuracy=keras.metrics.SparseCategoricalAccuracy(name="accuracy")
        )

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return [self.counted.loss, self.counted.accuracy]

    def train_step(self, data: tuple) -> dict[str, tf.Tensor]:
        inputs, labels, _ = data
        with tf.GradientTape() as tape:
            logits = self(inputs, training=True)
            losses = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
            loss = tf.reduce_mean(losses)
        self.optimizer.minimize(loss, self.trainable_variables, tape)
        self.counted.loss.update_state(loss)
        self.counted.accuracy.update_state(labels, logits)
        told = {name: tf.constant(value) for name, value in self.of_a_step.items()}
        return {**self.get_metrics_result(), "step_loss": loss, **told}


def _train(
    folder: pathlib.Path,
    *,
    epochs: int = 3,
    losses: Sequence[float] | None = None,
    patience: int = 0,
    features: np.ndarray | None = None,
    console: Console | None = None,
    of_a_step: Mapping[str, float] | None = None,
    first_step: Callable[[float | None], None] | None = None,
    profile_steps: tuple[int, int] | None = None,
    dropout: float = 0.0,
    others: Sequence[keras.callbacks.Callback] = (),
    should_stop: ShouldStop | None = None,
    total_epochs: int | None = None,
    renewed: Callable[[int], None] | None = None,
    **kept: Any,
) -> list[dict[str, float]]:
    keras.utils.set_random_seed(1)
    generator = np.random.default_rng(0)
    x = generator.normal(size=(8, 4)).astype("float32") if features is None else features
    model = Small([Dropout(dropout), keras.layers.Dense(2)])
    model.build((None, 4))
    model.of_a_step = of_a_step or Small.of_a_step
    labels = generator.integers(0, 2, 8)
    values = iter(losses or ())
    tensorboard = folder / "tensorboard"

    def dataset(first_step: int) -> tf.data.Dataset:
        """No two batches are alike."""
        row = (labels, np.ones(8, "float32"))
        return tf.data.Dataset.range(first_step, 1 << 20).map(
            lambda step: (x * (1 + tf.cast(step % 3, tf.float32)), *row)
        )

    def written() -> dict[str, int]:
        writers.thread.wait()
        return event_bytes(tensorboard)

    with open_writers(tensorboard) as writers, profiled(tensorboard, profile_steps) as profiler:
        compile_model(
            model,
            optimizer=adamw(
                learning_rate=0.1,
                schedule="linear",
                warmup=0.0,
                total_steps=STEPS * (total_epochs or epochs),
                weight_decay=0.0,
                clip_norm=1.0,
            ),
        )
        told = [FirstStep(first_step)] if first_step else []
        done = fit(
            model,
            Steps(
                dataset,
                lambda step: Size(),
                epochs=epochs,
                steps_per_epoch=STEPS,
                **({} if renewed is None else {"renew_every": 2, "renew": renewed}),
            ),
            validation=Validation(
                None if losses is None else lambda epoch: {"loss": next(values), "accuracy": epoch / 10},
                LOG_LOSS,
                patience=patience,
                should_stop=should_stop,
            ),
            checkpoints=Checkpointing(folder / "checkpoints", event_bytes=written, **kept),
            callbacks=[*profiler, Scalars(writers, size=lambda step: Size()), *told, *others],
            console=console,
        )
    return [dict(logs) for logs in done.epochs]


@pytest.fixture(scope="session")
def train_in() -> Callable[..., list[dict[str, float]]]:
    """The same in a folder that it is given."""
    return _train


@pytest.fixture
def train(tmp_path: pathlib.Path) -> Callable[..., list[dict[str, float]]]:
    """Train in an empty folder; `losses` are those of validation, none without; other names are of `Checkpointing`."""
    return functools.partial(_train, tmp_path)


@dataclasses.dataclass(frozen=True)
class Finished:
    """Three epochs: their folder, logs and screen."""

    folder: pathlib.Path
    logs: list[dict[str, float]]
    screen: str


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("run")
    screen = io.StringIO()
    logs = _train(folder, losses=[0.9, 0.5, 0.7], console=Console(file=screen, width=80))
    return Finished(folder, logs, screen.getvalue())
