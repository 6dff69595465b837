"""What an answer of a model is counted as, and whether that is negative."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pyarrow as pa

from bert_tf.errors import DataError
from bert_tf.export.label_probabilities import probability_columns
from bert_tf.export.task_serving import Served, TaskServing
from bert_tf.nearest_name import did_you_mean

NEGATIVE = "negative"
_LABEL, _VALUE = ["label", "score"], ["value"]


class Outcomes(Protocol):
    """From the answers of a model to what is counted.

    Attributes:
        names: All that an answer can be counted as.
        negative: Those of them that are negative.
    """

    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def negative(self) -> frozenset[str]: ...

    def of(self, serving: TaskServing, outputs: Served) -> tuple[list[str], np.ndarray]:
        """Of N answers the outcome of each, and how negative it is, float64 [N]: the more, the larger."""


class LabelOutcomes:
    """Labels, some of which are negative.

    Args:
        names: Of the model's labels.
        negative: One or more of them.
    """

    def __init__(self, names: Sequence[str], negative: Sequence[str]) -> None:
        self.names, self.negative = tuple(names), frozenset(negative)

    def of(self, serving: TaskServing, outputs: Served) -> tuple[list[str], np.ndarray]:
        """See `Outcomes`; how negative is the probability of the negative labels together."""
        columns = dict(zip(serving.columns.names, serving.arrays(outputs), strict=True))
        probabilities = [columns[name] for name in probability_columns(sorted(self.negative))]
        return columns["label"].to_pylist(), np.sum([each.to_numpy() for each in probabilities], axis=0, dtype=float)


class NumberOutcomes:
    """Numbers, those below a cut being negative.

    Args:
        cut: In the unit of the label.
    """

    def __init__(self, cut: float) -> None:
        self.cut = cut
        below, others = f"below {cut:g}", f"{cut:g} or more"
        self.names, self.negative = (below, others), frozenset([below])

    def of(self, serving: TaskServing, outputs: Served) -> tuple[list[str], np.ndarray]:
        """See `Outcomes`; how negative is how far a number is below the cut."""
        below = self.cut - serving.arrays(outputs)[0].to_numpy().astype(float)
        return [self.names[0] if distance > 0 else self.names[1] for distance in below], below


def outcomes_of(serving: TaskServing, *, negative: Sequence[str], below: float | None) -> Outcomes:
    """What the answers of a model are counted as.

    Args:
        serving: What is served of the model's task.
        negative: Labels; `negative` if none is given.
        below: The cut, for a model that answers with a number.

    Raises:
        DataError: the model answers with something else, lacks a label, or has no others.
    """
    names = serving.columns.names
    if names == _VALUE:
        if below is None or negative:
            raise DataError(
                "This model predicts a number, so it needs a limit below which numbers are negative.",
                where="--negative" if negative else "--below",
                hint="set it with --below, such as --below 0, and omit --negative",
            )
        return NumberOutcomes(below)
    if not answers_with_labels(serving):
        raise DataError(
            f"This model can't be monitored: it answers with {names[0]}, not with one label for each text.",
            where="MODEL",
            hint="use a model of the task classify, or regress with --below",
        )
    if below is not None:
        raise DataError(
            "This model answers with labels, not numbers.", where="--below", hint="name its negative label: --negative"
        )
    return LabelOutcomes(serving.targets, _checked(negative or [NEGATIVE], serving.targets))


def answers_with_labels(serving: TaskServing) -> bool:
    """Whether a model, or a head of one, gives each text one label."""
    return serving.columns.names[:2] == _LABEL and pa.types.is_string(serving.columns.types[0])


def _checked(negative: Sequence[str], labels: Sequence[str]) -> Sequence[str]:
    for name in negative:
        if name not in labels:
            raise DataError(
                f"The model has no label {name!r}.",
                where="--negative",
                hint=did_you_mean(name, labels) or f"its labels are {', '.join(labels[:20])}",
            )
    if set(negative) == set(labels):
        raise DataError(
            "All labels of the model are negative, so no share of them can rise.",
            where="--negative",
            hint="name only some of its labels",
        )
    return negative
