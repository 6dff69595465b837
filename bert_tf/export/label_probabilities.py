"""What tasks whose answer is a probability for each label serve alike."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bert_tf.export.task_serving import Served

if TYPE_CHECKING:
    import tensorflow as tf

# Probabilities of float32 tell no more than this from 0 and from 1.
_SMALLEST = 1e-6


def probability_columns(label_names: Sequence[str]) -> list[str]:
    """Names of the columns with the probability of each label, in predictions/*.parquet and of `bert-tf score`."""
    return [f"probability_{name}" for name in label_names]


def log_odds(probabilities: np.ndarray) -> np.ndarray:
    """log p / (1 - p), float64, with 1e-6 for a probability that is nearer to 0 or 1."""
    clipped = np.clip(probabilities.astype(np.float64), _SMALLEST, 1 - _SMALLEST)
    return np.log(clipped / (1 - clipped))


def baseline_probability(value: float) -> dict[str, float]:
    """`baseline_probability` of log-odds, as of `TaskServing.baseline_facts`."""
    return {"baseline_probability": float(1 / (1 + np.exp(-value)))}


def classes_and_scores(probabilities: "tf.Tensor", label_names: Sequence[str]) -> dict[str, "tf.Tensor"]:
    """`classes` string [N, C] and `scores` float32 [N, C] of all labels: Classify refuses other outputs."""
    import tensorflow as tf

    classes = tf.tile(tf.constant([tuple(label_names)]), [tf.shape(probabilities)[0], 1])
    return {"classes": classes, "scores": probabilities}


class LabelCounts:
    """How many rows got each label: a `Tally`.

    Args:
        names: Of the labels.
        counted: Rows by label of a block of answers.
    """

    def __init__(self, names: Sequence[str], counted: Callable[[Served], Mapping[str, int]]) -> None:
        self._names, self._counted = tuple(names), counted
        self._rows: Counter[str] = Counter()

    def add(self, outputs: Served) -> None:
        """See `Tally`."""
        self._rows.update(self._counted(outputs))

    def join(self, facts: Mapping[str, Any], *, rows: int) -> None:
        """See `Tally`."""
        self._rows.update(facts["labels"])

    def facts(self) -> dict[str, Any]:
        """`labels`: rows by label."""
        return {"labels": {name: self._rows[name] for name in self._names}}

    def text(self) -> str:
        """The labels that a row got: `bad 12 · good 30`."""
        return " · ".join(f"{name} {self._rows[name]:,}" for name in self._names if self._rows[name])
