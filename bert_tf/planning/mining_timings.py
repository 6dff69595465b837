"""Mining of hard negatives, timed on a few batches and one block of comparisons."""

import dataclasses

import numpy as np

from bert_tf.evaluation.compute_outputs import Predictor
from bert_tf.evaluation.hard_negatives import Mining, hard_negatives
from bert_tf.evaluation.ranking import blocks
from bert_tf.planning.evaluation_timings import predict_sample, predicted_share
from bert_tf.planning.stopwatch import Stopwatch
from bert_tf.ragged_rows import RaggedRows
from bert_tf.workflow.assemble import measured_graph
from bert_tf.workflow.prepare import Prepared
from bert_tf.workflow.training_setup import TrainingSetup

_SAMPLE = 2  # batches of the training rows


@dataclasses.dataclass(frozen=True)
class MiningTimings:
    """What mining once takes, and how often it is done.

    Attributes:
        every: After each so many epochs, but for the last one.
        predicting: Seconds for the vectors of all training texts.
        searching: Seconds until each row has its wrong text.
        growth: Texts of a row with the wrong one, over those without it.
    """

    every: int
    predicting: float
    searching: float
    growth: float

    def times(self, epochs: int) -> int:
        """How often a training of so many epochs mines."""
        return (epochs - 1) // self.every

    def grown(self, epochs: int) -> int:
        """How many of the epochs have the wrong texts."""
        return max(epochs - self.every, 0)


def time_mining(setup: TrainingSetup, prepared: Prepared, mining: Mining) -> MiningTimings:
    """Compute a sample of the training texts' vectors, and search one block of made-up ones.

    Args:
        setup: As it was trained with.
        prepared: The data.
        mining: As the recipe wants it.
    """
    predict = Predictor(measured_graph(setup.model, setup.compute).outputs)
    # The very first time traces the graph, and packs its weights.
    predict_sample(predict, prepared, "train", batches=1)
    sample = predict_sample(predict, prepared, "train", batches=_SAMPLE)
    texts = prepared.texts["train"]
    right = len(texts.numbers) if texts.labels is not None else len(texts.right)
    own = texts.numbers.shape[1]
    return MiningTimings(
        every=mining.every,
        predicting=sample.of_all * predicted_share(prepared, "train"),
        searching=_searching(len(texts.numbers), right, width=setup.model.encoder.config.hidden_size),
        growth=(own + 1) / own,
    )


def _searching(rows: int, texts: int, *, width: int) -> float:
    """Seconds to compare all rows with all texts that are right for one."""
    random, parts = np.random.default_rng(0), blocks(rows, texts)
    count = parts[0].stop
    vectors, others = (random.standard_normal((size, width), np.float32) for size in (count, texts))
    none = RaggedRows.of_lengths(np.zeros(0, np.int64), np.zeros(count, np.int64))
    with Stopwatch() as watch:
        hard_negatives(vectors, others, right=np.zeros(count, np.int64), left_out=none, margin=0.0)
    return watch.seconds * rows / count
