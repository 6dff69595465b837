"""What is served of sets of labels."""

import types
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from bert_tf.export.label_probabilities import (
    LabelCounts,
    baseline_probability,
    classes_and_scores,
    log_odds,
    probability_columns,
)
from bert_tf.export.task_serving import ExampleSignature, Served, TextOutputs
from bert_tf.scores import score_text
from bert_tf.tasks.multilabel.answered_labels import NO_LABEL, listed, names_in, thresholds_of

if TYPE_CHECKING:
    import tensorflow as tf

    from bert_tf.export.card_words import CardWords


class MultilabelServing:
    """See `TaskServing`. Outputs are `probabilities`, float32 [N, C], and `selected`, bool [N, C].

    Args:
        label_names: Names of the labels; the position is the id.
        thresholds: Of their probabilities; 0.5 for a run that has chosen none.
    """

    numbers = "probabilities"
    compared_outputs: Sequence[str] = (numbers,)
    unit = "probability"
    # float32 sums in another order differ by about 1e-6, and a wrong weight or id by far more.
    tolerance = 2e-5
    # bfloat16 rounds to 3 digits, and an undecided text may move by a few hundredths.
    allowed_difference = 0.1
    decimals = 4
    file_decimals: int | None = 6  # float32 has no more to tell of a probability
    ordered_outputs: Sequence[str] = ("probabilities", "selected", "scores")
    padded_outputs: Mapping[str, str] = types.MappingProxyType({})
    numbers_suffice = True
    text_signatures: Mapping[str, TextOutputs] = types.MappingProxyType({})

    def __init__(self, label_names: Sequence[str], thresholds: Sequence[float] | None = None) -> None:
        self._names = tuple(label_names)
        known = {"label_names": self._names, **({} if thresholds is None else {"thresholds": thresholds})}
        self._thresholds = thresholds_of(known)
        self.targets: Sequence[str] = self._names
        self.example_signatures: Sequence[ExampleSignature] = (ExampleSignature("classify", self._classes_and_scores),)
        probabilities = [(name, pa.float32()) for name in probability_columns(self._names)]
        self.columns = pa.schema([("labels", pa.list_(pa.string())), *probabilities])

    def _classes_and_scores(self, outputs: Mapping[str, "tf.Tensor"]) -> dict[str, "tf.Tensor"]:
        """Of all labels: Classify has no room for a selection."""
        return classes_and_scores(outputs["probabilities"], self._names)

    def manifest_facts(self) -> dict[str, Any]:
        """`labels`, by label id, and their `thresholds`."""
        return {"labels": list(self._names), "thresholds": list(map(float, self._thresholds))}

    def answers(self, outputs: Served) -> list[dict[str, Any]]:
        """`labels` that are selected, and `probabilities` by label."""
        return [
            {
                "labels": names_in(selected, self._names),
                "probabilities": dict(zip(self._names, map(float, probabilities), strict=True)),
            }
            for selected, probabilities in zip(outputs["selected"], outputs["probabilities"], strict=True)
        ]

    def answer_cells(self, answer: Mapping[str, Any]) -> list[str]:
        """Labels, and the probability of each."""
        shown = [score_text(answer["probabilities"][name]) for name in answer["labels"]]
        return [listed(answer["labels"]), ", ".join(shown)]

    def marked_text(self, answer: Mapping[str, Any], text: str) -> str:
        """Without marks: the answer is about all of it."""
        return text

    def arrays(self, outputs: Served) -> list[pa.Array]:
        """Labels, and the probability of each label that there is."""
        labels = [names_in(selected, self._names) for selected in outputs["selected"]]
        probabilities = (pa.array(column, pa.float32()) for column in outputs["probabilities"].T)
        return [pa.array(labels, pa.list_(pa.string())), *probabilities]

    def tally(self) -> LabelCounts:
        """Rows by label, and rows without any."""
        names = (*self._names, NO_LABEL)
        return LabelCounts(names, lambda outputs: _rows_by_label(outputs["selected"], self._names))

    def decisions(self, outputs: Served) -> np.ndarray:
        """Whether a text gets a label, bool [N, C]."""
        return outputs["selected"]

    def is_decided(self, outputs: Served, tolerance: float) -> np.ndarray:
        """Whether no probability comes within a tolerance of its threshold."""
        distances = np.abs(outputs["probabilities"].astype(np.float64) - self._thresholds)
        return (distances > tolerance).all(1)

    def predicted_targets(self, outputs: Served) -> np.ndarray:
        """The id of the most probable label, int64 [N]."""
        return outputs["probabilities"].argmax(-1)

    def explained(self, outputs: Served, target: int) -> np.ndarray:
        """The log-odds of a label."""
        return log_odds(outputs["probabilities"][:, target])

    def baseline_facts(self, value: float) -> dict[str, float]:
        """`baseline_probability` of log-odds."""
        return baseline_probability(value)

    def card(
        self, measured: Mapping[str, Any], data: Mapping[str, Any], compared: Mapping[str, Any] | None
    ) -> "CardWords":
        """See `TaskServing`."""
        from bert_tf.tasks.multilabel.card import card_words

        return card_words(self.manifest_facts(), measured, data, compared)


def _rows_by_label(selected: np.ndarray, label_names: Sequence[str]) -> dict[str, int]:
    """Rows that got each label, and those that got none; bool [N, C]."""
    return {**dict(zip(label_names, map(int, selected.sum(0)), strict=True)), NO_LABEL: int((~selected.any(1)).sum())}
