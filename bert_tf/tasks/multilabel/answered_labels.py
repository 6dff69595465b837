"""What answers of the task come to: probabilities, the labels that are selected by them, and how they are written."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from scipy.special import expit

NO_LABEL = "(none)"
UNCHOSEN = 0.5


class Answered(Protocol):
    """What was answered on N rows, and what is right: `bert_tf.evaluation.split_metrics.Answers`."""

    @property
    def expected(self) -> np.ndarray: ...
    @property
    def outputs(self) -> Mapping[str, np.ndarray]: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...


def probabilities_of(answers: Answered) -> np.ndarray:
    """Of each label for each row, each by itself: float64 [N, C]."""
    return expit(answers.outputs["logits"].astype(np.float64))


def thresholds_of(facts: Mapping[str, Any]) -> np.ndarray:
    """The probability from which on a text gets a label, float32 [C]; 0.5 before a run has chosen."""
    return np.array(facts.get("thresholds", [UNCHOSEN] * len(facts["label_names"])), np.float32)


def selected_of(answers: Answered) -> np.ndarray:
    """Whether a row gets a label, bool [N, C]; compared in float32, as it is served."""
    return probabilities_of(answers).astype(np.float32) >= thresholds_of(answers.facts)


def label_losses(answers: Answered) -> np.ndarray:
    """Binary cross-entropy of each label of each row in nats, float64 [N, C]; without weights."""
    logits = answers.outputs["logits"].astype(np.float64)
    with np.errstate(invalid="ignore"):  # of weights that are no numbers
        return np.logaddexp(0.0, np.where(answers.expected, -logits, logits))


def row_losses(answers: Answered) -> np.ndarray:
    """The mean of them over labels, float64 [N]."""
    return label_losses(answers).mean(1)


def names_of(answers: Answered) -> tuple[str, ...]:
    """The labels' names by id."""
    return tuple(answers.facts["label_names"])


def names_in(is_there: np.ndarray, label_names: Sequence[str]) -> list[str]:
    """The names of the labels of one row, bool [C]."""
    return [name for name, there in zip(label_names, is_there, strict=True) if there]


def listed(names: Sequence[str]) -> str:
    """For people: `joy, love`."""
    return ", ".join(names) or NO_LABEL
