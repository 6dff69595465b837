"""Steps of a training as a run has them: batches from a token cache, progress, TensorBoard, a check of the loss."""

import dataclasses
import io
import pathlib
import resource
import statistics
import tempfile
import time

import numpy as np
import tf_keras as keras
from rich.console import Console

from benchmarks.contestants.inputs import ids_in_use
from benchmarks.contestants.own_model import own_model
from bert_tf.batches.cache import TokenCache, open_token_cache
from bert_tf.batches.dataset import TrainingBatches
from bert_tf.models.encoders.transformer_encoder import transformer_of
from bert_tf.models.kernels.rows_in_use import RowsInUse
from bert_tf.native.library import native_library
from bert_tf.tasks.classify.measures import LOG_LOSS
from bert_tf.text.loading import load_tokenizer
from bert_tf.training.epoch_end import Validation
from bert_tf.training.fit import Checkpointing, Steps, compile_model, fit
from bert_tf.training.optimizer import adamw
from bert_tf.training.step_clock import StepClock
from bert_tf.training.tensorboard.event_writers import Writers, open_writers
from bert_tf.training.tensorboard.scalars import Scalars

_STEPS, _WARMUP = 40, 8
_SPECIAL = 3  # of a row, and of what is behind it


@dataclasses.dataclass(frozen=True)
class FitSteps:
    """Milliseconds of a step.

    Attributes:
        wall, cpu: From its end to the end of the next one.
        batch: Of a thread of its own, that makes the batch meanwhile.
        between: CPU of the thread that trains, from one call of the graph to the next: logs, callbacks, Keras' loop.
        scalars: The part of it in which TensorBoard's scalars of the step are written.
    """

    wall: float
    cpu: float
    batch: float
    between: float
    scalars: float


def time_fit(options: dict) -> FitSteps:
    """A training of 48 steps, 8 of them not counted; options as of `own_steps.prepare`."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        batches = _batches(options, folder)
        model = own_model(options)
        optimizer = adamw(
            learning_rate=2e-5, schedule="constant", warmup=0.0, total_steps=1000, weight_decay=0.01, clip_norm=1.0,
            native=native_library(),
        )  # fmt: skip
        words = transformer_of(model.encoder).embeddings.words
        ids = batches.ids_in_use(vocabulary_size=words.shape[0], most=options.get("words", 0) + _SPECIAL)
        compile_model(model, optimizer=optimizer, rows_in_use=None if ids is None else RowsInUse(words, ids))
        clock, calls = _Clock(), _Calls()
        with open_writers(folder / "tensorboard") as writers:
            fit(
                model,
                Steps(
                    lambda step: batches.dataset(first_step=step),
                    batches.size,
                    epochs=1,
                    steps_per_epoch=batches.steps_per_epoch,
                ),
                validation=Validation(None, LOG_LOSS),
                checkpoints=Checkpointing(folder / "checkpoints"),
                callbacks=[calls, _TimedScalars(writers, calls, batches), clock],
                console=Console(file=io.StringIO()),
            )
        started = time.perf_counter()
        for step in range(_STEPS):
            batches.batch(step)
        batch = (time.perf_counter() - started) / _STEPS
    counted = clock.cpu_seconds[-1] - clock.cpu_seconds[_WARMUP - 1]
    between, scalars = (1000 * statistics.median(each[_WARMUP:]) for each in (calls.between, calls.scalars))
    wall = 1000 * statistics.median(clock.seconds[_WARMUP:])
    return FitSteps(wall, 1000 * counted / _STEPS, 1000 * batch, between, scalars)


class _Clock(StepClock):
    def __init__(self) -> None:
        super().__init__()
        self.cpu_seconds: list[float] = []

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        super().on_train_batch_end(batch, logs)
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self.cpu_seconds.append(usage.ru_utime + usage.ru_stime)


class _Calls(keras.callbacks.Callback):
    """Takes CPU seconds of the thread that trains."""

    def __init__(self) -> None:
        super().__init__()
        self.between: list[float] = []
        self.scalars: list[float] = []
        self._ended: float | None = None

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        graph = self.model.train_function

        def called(batches: object) -> object:
            if self._ended is not None:
                self.between.append(time.thread_time() - self._ended)
            told = graph(batches)
            self._ended = time.thread_time()
            return told

        self.model.train_function = called


class _TimedScalars(Scalars):
    def __init__(self, writers: Writers, calls: _Calls, batches: TrainingBatches) -> None:
        super().__init__(writers, size=batches.size)
        self._calls = calls

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        started = time.thread_time()
        super().on_train_batch_end(batch, logs)
        self._calls.scalars.append(time.thread_time() - started)


def _batches(options: dict, folder: pathlib.Path) -> TrainingBatches:
    rows = options["batch"] * (_STEPS + _WARMUP)
    tokens = _random_tokens(rows, options, folder)
    return TrainingBatches(
        tokens,
        targets=np.random.default_rng(1).integers(0, 2, rows, dtype=np.int32),
        weights=np.ones(rows),
        batch_size=options["batch"],
        seed=1,
        epochs=1,
    )


@dataclasses.dataclass(frozen=True)
class _Texts:
    rows: list[bytes]
    fingerprint: str = "random"

    def __len__(self) -> int:
        return len(self.rows)

    def texts(self, start: int, stop: int) -> list[bytes]:
        return self.rows[start:stop]

    def pairs(self, start: int, stop: int) -> None:
        return None


def _random_tokens(rows: int, options: dict, folder: pathlib.Path) -> TokenCache:
    """Rows without padding, of random words that are one token each."""
    encoder = pathlib.Path(options["encoder"])
    vocabulary = (encoder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    words = np.array([vocabulary[index] for index in ids_in_use(options) if vocabulary[index].isalpha()])
    chosen = np.random.default_rng(0).choice(words, (rows, options["length"] - 2))
    tokenizer = load_tokenizer(encoder, cache_folder=folder)
    texts = _Texts([" ".join(row).encode() for row in chosen])
    return open_token_cache(texts, tokenizer, max_tokens=options["length"], cache_folder=folder)
