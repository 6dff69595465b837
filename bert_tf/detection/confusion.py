"""Shares of labels, corrected for the errors of the classifier that counted them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from bert_tf.detection.alarm import Estimate
from bert_tf.errors import DataError

_DRAWS = 2000
_TAILS = (0.025, 0.975)
# Of two labels that are predicted alike it would be 0.
_LEAST_SINGULAR_VALUE = 0.05


@dataclass(frozen=True)
class ConfusionMatrix:
    """What a classifier predicted on texts whose labels are known, and that it was not trained on.

    Attributes:
        labels: Names, [C].
        counts: Texts by true label, and of each by predicted label, [C][C].
    """

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        counts = np.array(self.counts)
        if counts.shape != (len(self.labels), len(self.labels)) or (counts < 0).any():
            raise DataError(f"The confusion matrix has not a count for each two of {len(self.labels)} labels.")
        for label, row in zip(self.labels, counts, strict=True):
            if not row.sum():
                raise DataError(f"No text of the confusion matrix has the label {label!r}.", hint="test on more texts")
        if np.linalg.svd(self._rates(), compute_uv=False)[-1] < _LEAST_SINGULAR_VALUE:
            raise DataError(
                "The classifier hardly tells the labels apart, so shares can't be corrected for its errors.",
                hint="take one label against the rest, or a better model",
            )

    @classmethod
    def of_answers(cls, labels: Sequence[str], expected: np.ndarray, predicted: np.ndarray) -> Self:
        """From label ids, int [N] each."""
        counts = np.zeros((len(labels), len(labels)), int)
        np.add.at(counts, (expected, predicted), 1)
        return cls(tuple(labels), tuple(tuple(row) for row in counts.tolist()))

    def against_rest(self, label: str) -> "ConfusionMatrix":
        """One label and all others together; exact while the others keep their shares.

        Raises:
            DataError: There is no such label, or it is hardly told from the rest.
        """
        if label not in self.labels:
            raise DataError(f"The confusion matrix has no label {label!r}; it has {', '.join(self.labels)}.")
        place, counts = self.labels.index(label), np.array(self.counts)
        both = int(counts[place, place])
        missed, false = int(counts[place].sum()) - both, int(counts[:, place].sum()) - both
        rest = int(counts.sum()) - both - missed - false
        return ConfusionMatrix((label, f"not {label}"), ((both, missed), (false, rest)))

    def correct(self, predicted: Sequence[int], *, seed: int = 0) -> dict[str, Estimate]:
        """True shares of the labels in other texts, as estimated, by label.

        Of two labels, the share is (seen + specificity - 1) / (sensitivity + specificity - 1), cut off at 0 and 1
        (Rogan & Gladen 1978); of more, it is the inverse of the matrix that makes predicted shares of true ones. Shares
        below 0 become 0, and the others are scaled to add up to 1. This is right as long as texts of a label are
        mistaken as often as on the test rows.

        Intervals are percentiles of 2,000 draws: of the matrix' rows and of the predicted shares from Dirichlet
        distributions, as neither is known exactly.

        Args:
            predicted: Texts by predicted label, [C].
            seed: Of the draws.

        Raises:
            DataError: Not a count for each label, or none above 0.
        """
        seen = np.array(predicted, float)
        if seen.shape != (len(self.labels),) or (seen < 0).any() or not seen.sum():
            raise DataError(f"There are not {len(self.labels)} counts of texts to correct, or all are 0.")
        generator, prior = np.random.default_rng(seed), 1 / len(self.labels)
        rows = [generator.dirichlet(np.array(row) + prior, _DRAWS) for row in self.counts]
        drawn = _shares(np.stack(rows, axis=1), generator.dirichlet(seen + prior, _DRAWS))
        (values,) = _shares(self._rates()[np.newaxis], seen[np.newaxis] / seen.sum())
        low, high = np.quantile(drawn, _TAILS, axis=0)
        return {
            label: Estimate(float(value), float(min(below, value)), float(max(above, value)))
            for label, value, below, above in zip(self.labels, values, low, high, strict=True)
        }

    @classmethod
    def of_state(cls, state: Mapping[str, Sequence[str] | Sequence[Sequence[int]]]) -> Self:
        """From what `dataclasses.asdict` gave, or JSON made of it."""
        labels = tuple(str(label) for label in state["labels"])
        return cls(labels, tuple(tuple(map(int, row)) for row in state["counts"]))

    def _rates(self) -> np.ndarray:
        counts = np.array(self.counts, float)
        return np.asarray(counts / counts.sum(1, keepdims=True))


def _shares(rates: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """True shares, float64 [N, C], of rates of predicted labels by true label [N, C, C] and predicted shares [N, C]."""
    # A draw may have no inverse.
    inverse = np.linalg.pinv(rates.swapaxes(1, 2))
    shares = np.maximum((inverse @ seen[:, :, np.newaxis])[:, :, 0], 0)
    return np.asarray(shares / shares.sum(1, keepdims=True))
