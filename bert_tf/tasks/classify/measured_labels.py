"""What the report says of single labels beside their scores: how sure answers are, and what guessing would reach."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from bert_tf.evaluation.calibration import Reliability, fit_temperature, reliability
from bert_tf.evaluation.predictions import Predictions
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.report.contents import Contents
from bert_tf.report.measured import Measured


@dataclass(frozen=True)
class Majority:
    """The label that most training rows have, and how often it would be right; `accuracy` is a share."""

    label: str
    accuracy: float


@dataclass(frozen=True, eq=False)
class MeasuredLabels:
    """Of a split's answers.

    Attributes:
        found: The same answers and their scores.
        probabilities: float [N, C].
        predicted: Label ids, int [N].
        majority: What a model that learnt nothing would reach.
        reliability: Of the probabilities as they are.
        temperature: Fitted on validation rows; None where the split is them, or there are none.
        scaled: Reliability of the probabilities at that temperature.
    """

    found: Measured
    probabilities: np.ndarray
    predicted: np.ndarray
    majority: Majority
    reliability: Reliability
    temperature: float | None
    scaled: Reliability | None

    @property
    def labels(self) -> np.ndarray:
        """Label ids that are right, int [N]."""
        return self.found.rows.answers.expected

    @property
    def is_label(self) -> np.ndarray:
        """Whether a row has a label, bool [N, C]."""
        return self.labels[:, np.newaxis] == np.arange(len(self.label_names))

    @property
    def label_names(self) -> tuple[str, ...]:
        """By label id."""
        return names_of(self.found.rows.answers)

    @property
    def is_better_than_majority(self) -> bool:
        """Whether its accuracy is shown to be above that of always giving the most frequent label."""
        return self.found.score.low > self.majority.accuracy


def measured_labels(contents: Contents, found: Measured) -> MeasuredLabels:
    """Measure the split that the report shows."""
    answers, probabilities = found.rows.answers, probabilities_of(found.rows.answers)
    held_out = contents.splits.get("validation") if found.split == "test" else None
    temperature = None
    if held_out is not None and len(held_out):
        temperature = fit_temperature(held_out.answers.expected, held_out.answers.outputs["logits"])
    scaled = softmax(answers.outputs["logits"] / temperature, axis=-1) if temperature else None
    counts = contents.facts.get("data", {}).get("class_counts", {}).get("train", {})
    return MeasuredLabels(
        found=found,
        probabilities=probabilities,
        predicted=probabilities.argmax(-1),
        majority=_majority(found.rows, counts),
        reliability=reliability(answers.expected, probabilities),
        temperature=temperature,
        scaled=None if scaled is None else reliability(answers.expected, scaled),
    )


def probabilities_of(answers: Answers) -> np.ndarray:
    """Of each label for each row, float64 [N, C]."""
    return softmax(answers.outputs["logits"].astype(np.float64), axis=-1)


def names_of(answers: Answers) -> tuple[str, ...]:
    """The labels' names by id."""
    return tuple(answers.facts["label_names"])


def _majority(rows: Predictions, train_counts: Mapping[str, int]) -> Majority:
    """Of the training rows; where they are not known, of the rows themselves."""
    names = names_of(rows.answers)
    counts = np.bincount(rows.answers.expected, minlength=len(names))
    known = np.array([train_counts.get(name, 0) for name in names])
    most = int((known if known.any() else counts).argmax())
    return Majority(names[most], float(counts[most] / len(rows)))
