"""Some batches of a recipe's evaluation, timed, and all that is done with the answers."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import tensorflow as tf
from rich.console import Console

from bert_tf.batches.batch_plan import evaluation_plan
from bert_tf.batches.dataset import evaluation_batches
from bert_tf.evaluation.compute_outputs import Arrays, Predictor
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.models.frozen.frozen_model import InferenceGraph
from bert_tf.models.word_outputs import WordReader, word_reader
from bert_tf.planning.stopwatch import Stopwatch
from bert_tf.ragged_rows import RaggedRows, RowValues
from bert_tf.runs.run import RunFolder
from bert_tf.runs.run_metrics import SPLITS
from bert_tf.tasks.table import TASKS
from bert_tf.training.tensorboard.event_writers import open_writers
from bert_tf.workflow.assemble import measured_graph
from bert_tf.workflow.evaluate import BATCH_TOKENS, measure
from bert_tf.workflow.prepare import Prepared
from bert_tf.workflow.tensorboard import show_end
from bert_tf.workflow.text_outputs import text_outputs
from bert_tf.workflow.training_setup import TrainingSetup

_SAMPLE = 4  # batches of a split


@dataclasses.dataclass(frozen=True)
class EvaluationTimings:
    """Seconds of evaluation.

    Attributes:
        start: Making the graph that predicts, each time anew.
        predicting: All batches of each split, as far as there are such rows.
        epoch_end: What is done with the answers on the validation rows after each epoch.
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
    predict, start, predicting = Predictor(graph.outputs, words), making.seconds, {}
    for split in SPLITS:
        if split in prepared.examples:
            # The first time traces the graph, and packs its weights.
            first, again = (_predict(predict, prepared, split, batches=batches) for batches in (1, _SAMPLE))
            start, predicting[split] = start + max(0.0, first.seconds - again.of_a_batch), again.of_all
    epoch_end, closing = _use_answers(setup, prepared, run, graph)
    return EvaluationTimings(start=start, predicting=predicting, epoch_end=epoch_end, closing=closing)


@dataclasses.dataclass(frozen=True)
class _Sample:
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


def _predict(predict: Predictor, prepared: Prepared, split: str, *, batches: int) -> _Sample:
    """Predict at most so many batches of a split, from its shortest texts to its longest."""
    tokens = prepared.tokens[split]
    count = len(evaluation_plan(tokens.lengths, batch_tokens=BATCH_TOKENS))
    every = -(-count // batches)
    sample, order = evaluation_batches(tokens, batch_tokens=BATCH_TOKENS, every=every)
    with Stopwatch() as watch:
        predict(sample, np.arange(len(order)))
    return _Sample(watch.seconds, -(-count // every), count)


def _use_answers(
    setup: TrainingSetup, prepared: Prepared, run: RunFolder, graph: InferenceGraph
) -> tuple[float, float]:
    """Seconds after an epoch, and at the end."""
    network = setup.model.network
    noise = _Noise(graph, word_reader(network, prepared.begins_word))
    rows = prepared.examples.get("validation")
    task = TASKS[run.recipe_values["task"]]
    with open_writers(run.tensorboard) as writers:
        with Stopwatch() as epoch_end:
            if rows is not None:
                outputs = text_outputs(network, noise(None, np.arange(len(rows))))
                answers = Answers(rows.targets, outputs, rows.facts)
                task.dashboard().show_epoch(writers, rows, answers, epoch=1)
                task.metrics().after_epoch(answers)
        with Stopwatch() as closing:
            measured = measure(noise, prepared, run, network=network, console=Console(quiet=True))
            show_end(
                writers,
                run,
                model=setup.model,
                measured=graph,
                prepared=prepared,
                metrics=measured,
                training_seconds=0.0,
            )
    return epoch_end.seconds, closing.seconds
