"""What answers of the task come to: probabilities, and the labels that are selected by them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import expit

from bert_tf.evaluation.split_metrics import Answers

UNCHOSEN = 0.5


def probabilities_of(answers: Answers) -> np.ndarray:
    """Of each label for each row, each by itself: float64 [N, C]."""
    return expit(answers.outputs["logits"].astype(np.float64))


def thresholds_of(facts: Mapping[str, Any]) -> np.ndarray:
    """The probability from which on a text gets a label, float32 [C]; 0.5 before a run has chosen."""
    return np.array(facts.get("thresholds", [UNCHOSEN] * len(facts["label_names"])), np.float32)


def selected_of(answers: Answers) -> np.ndarray:
    """Whether a row gets a label, bool [N, C]."""
    return probabilities_of(answers) >= thresholds_of(answers.facts)


def names_of(answers: Answers) -> tuple[str, ...]:
    """The labels' names by id."""
    return tuple(answers.facts["label_names"])


def names_in(is_there: np.ndarray, label_names: Sequence[str]) -> list[str]:
    """The names of the labels of one row, bool [C]."""
    return [name for name, there in zip(label_names, is_there, strict=True) if there]
