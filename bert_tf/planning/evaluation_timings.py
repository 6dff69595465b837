"""Some batches of a recipe's evaluation, timed, and all that is done with the answers."""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from rich.console import Console

from bert_tf.batches.batch_plan import evaluation_plan
from bert_tf.batches.dataset import evaluation_batches
from bert_tf.data.examples import Examples
from bert_tf.evaluation.compute_outputs import Arrays, Predictor
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.machine import available_cores
from bert_tf.models.frozen.frozen_model import InferenceGraph
from bert_tf.models.word_outputs import WordReader, word_reader
from bert_tf.planning.stopwatch import Stopwatch
from bert_tf.ragged_rows import RaggedRows, RowValues
from bert_tf.runs.run import RunFolder
from bert_tf.runs.run_metrics import SPLITS
from bert_tf.training.tensorboard.event_writers import open_writers
from bert_tf.workflow.assemble import measured_graph
from bert_tf.workflow.evaluate import BATCH_TOKENS, measure, split_outputs
from bert_tf.workflow.prepare import Prepared
from bert_tf.workflow.tensorboard import EMBEDDED, show_end
from bert_tf.workflow.training_setup import TrainingSetup

_SAMPLE = 2  # batches of a split
_FEW, _MORE = 128, 640  # rows of a split
_SHOWN = 32  # rows whose vectors are computed


@dataclasses.dataclass(frozen=True)
class EvaluationTimings:
    """Seconds of evaluation.

    Attributes:
        start: Making the graph that predicts, each time anew.
        predicting: All batches of each split, as far as there are such rows.
        epoch_end: What is done with the answers on the validation rows after each epoch, pictures for TensorBoard as
            far as they keep training waiting.
        closing: What is done with all answers at the end.
    """

    start: float
    predicting: Mapping[str, float]
    epoch_end: float
    closing: float


class _Noise:
    """In the place of a `Predictor`: random answers at once, of the names and shapes that the model's have.

    Where outputs are of words, texts are answered as if none of their words was read.
    """

    def __init__(self, graph: InferenceGraph, words: WordReader | None) -> None:
        # Of whole rows although a task reads tokens.
        self._of_rows = None if words is None else words.network.row_outputs
        one = tf.ones((1, 8), tf.int32)
        outputs = graph.outputs({"input_ids": one, "attention_mask": one, "token_type_ids": 0 * one})
        self._shapes = {name: tuple(values.shape[1:]) for name, values in outputs.items()}
        self._generator = np.random.default_rng(0)

    def __call__(self, batches: object, order: np.ndarray) -> Arrays:
        return {name: self._values(name, len(order), shape) for name, shape in self._shapes.items()}

    def _values(self, name: str, rows: int, shape: tuple[int, ...]) -> RowValues:
        if self._of_rows is None or name in self._of_rows:
            return self._generator.normal(size=(rows, *shape)).astype(np.float32)
        return RaggedRows.of_lengths(np.zeros((0, *shape[1:]), np.float32), np.zeros(rows, np.int64))


def time_evaluation(setup: TrainingSetup, prepared: Prepared, run: RunFolder) -> EvaluationTimings:
    """Predict a sample of each split's batches, and treat random answers as a run treats its own.

    Args:
        setup: As it was trained with.
        prepared: The data.
        run: A folder for predictions and logs.
    """
    with Stopwatch() as making:
        graph = measured_graph(setup.model, setup.compute)
    words = word_reader(setup.model.network, prepared.begins_word)
    predict, start = Predictor(graph.outputs, words), making.seconds
    predicting: dict[str, float] = {}
    for split in SPLITS:
        if split in prepared.examples:
            # The very first time traces the graph, and packs its weights.
            first = None if predicting else predict_sample(predict, prepared, split, batches=1)
            sample = predict_sample(predict, prepared, split, batches=_SAMPLE)
            predicting[split] = sample.of_all * predicted_share(prepared, split)
            if first is not None:
                start += max(0.0, first.seconds - sample.of_a_batch)
    answers = _Answered(setup, prepared, run, graph)
    return EvaluationTimings(
        start=start,
        predicting=predicting,
        epoch_end=answers.epoch_end(),
        closing=answers.measuring() + answers.showing(predicting),
    )


def predicted_share(prepared: Prepared, split: str) -> float:
    """What is predicted of a split, such as its texts with those that are right or wrong for them, over its texts."""
    own = int(prepared.tokens[split].lengths.sum())
    if split in prepared.interactions:
        return int(prepared.interactions[split].tokens.lengths.sum()) / own
    texts = prepared.texts.get(split)
    others = 0 if texts is None or texts.labels is not None else int(texts.tokens.lengths.sum())
    return (own + others) / own


@dataclasses.dataclass(frozen=True)
class Sample:
    """Seconds that some batches of a split took, how many they are, and how many the split has."""

    seconds: float
    batches: int
    all_batches: int

    @property
    def of_a_batch(self) -> float:
        return self.seconds / self.batches

    @property
    def of_all(self) -> float:
        return self.of_a_batch * self.all_batches


def predict_sample(predict: Predictor, prepared: Prepared, split: str, *, batches: int) -> Sample:
    """Predict at most so many batches of a split, from its shortest texts to its longest."""
    tokens = prepared.tokens[split]
    count = len(evaluation_plan(tokens.lengths, batch_tokens=BATCH_TOKENS))
    every = -(-count // batches)
    sample, order = evaluation_batches(tokens, batch_tokens=BATCH_TOKENS, every=every)
    with Stopwatch() as watch:
        predict(sample, np.arange(len(order)))
    return Sample(watch.seconds, -(-count // every), count)


@dataclasses.dataclass(frozen=True)
class _Answered:
    """What is done with answers, timed on the first rows of each split."""

    setup: TrainingSetup
    prepared: Prepared
    run: RunFolder
    graph: InferenceGraph

    def epoch_end(self) -> float:
        """Seconds that training waits after an epoch, and loses to the pictures that a thread draws meanwhile."""
        if "validation" not in self.prepared.examples:
            return 0.0
        task = self.prepared.task

        def draw(prepared: Prepared) -> None:
            rows, answers = self._validated(prepared)
            with open_writers(self.run.tensorboard) as writers:
                task.dashboard().show_epoch(writers, rows, answers, epoch=1)

        drawing = _of_all(draw, self.prepared, ("validation",))
        measuring = _of_all(
            lambda prepared: task.metrics().after_epoch(self._validated(prepared)[1]), self.prepared, ("validation",)
        )
        # One core draws, and the steps that all cores would have done meanwhile take that much longer.
        return measuring + drawing / available_cores()

    def _validated(self, prepared: Prepared) -> tuple[Examples, Answers]:
        rows = prepared.examples["validation"]
        outputs = split_outputs(self._noise, prepared, "validation", self.setup.model.network)
        return rows, Answers(rows.targets, outputs, rows.facts)

    def measuring(self) -> float:
        """Seconds until the metrics are there, the answers given; the run gets predictions."""
        return _of_all(lambda prepared: self._measure(prepared), self.prepared, SPLITS)

    def showing(self, predicting: Mapping[str, float]) -> float:
        """Seconds for TensorBoard's graph and vectors.

        Args:
            predicting: Seconds of all rows of each split, as vectors take as long as answers.
        """
        prepared = self.prepared.head(_SHOWN)
        metrics = self._measure(prepared)
        with open_writers(self.run.tensorboard) as writers, Stopwatch() as watch:
            show_end(
                writers,
                self.run,
                model=self.setup.model,
                measured=self.graph,
                prepared=prepared,
                metrics=metrics,
                training_seconds=0.0,
            )
        split = next(iter(predicting), None)
        if split is None:
            return watch.seconds
        rows = len(self.prepared.examples[split])
        return watch.seconds + max(0, min(EMBEDDED, rows) - _SHOWN) * predicting[split] / rows

    def _measure(self, prepared: Prepared) -> dict[str, Any]:
        quiet, network = Console(quiet=True), self.setup.model.network
        return measure(self._noise, prepared, self.run, network=network, console=quiet)

    @functools.cached_property
    def _noise(self) -> _Noise:
        return _Noise(self.graph, word_reader(self.setup.model.network, self.prepared.begins_word))


def _of_all(work: Callable[[Prepared], object], prepared: Prepared, splits: Sequence[str]) -> float:
    """Seconds of some work on all rows, by how much longer it takes on more of them; the first time it does more."""
    seconds = []
    for rows in (_FEW, _FEW, _MORE):
        part = prepared.head(rows)
        with Stopwatch() as watch:
            work(part)
        seconds.append(watch.seconds)
    first, few, more = seconds
    found = [len(prepared.examples[split]) for split in splits if split in prepared.examples]
    at_few, at_more = (sum(min(rows, most) for rows in found) for most in (_FEW, _MORE))
    if at_few == at_more:
        return first
    return first + max(0.0, more - few) / (at_more - at_few) * (sum(found) - at_few)
