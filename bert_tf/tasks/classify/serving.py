"""What is served of single labels."""

import types
from collections import Counter
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

if TYPE_CHECKING:
    import tensorflow as tf

    from bert_tf.export.card_words import CardWords


class ClassifyServing:
    """See `TaskServing`. Outputs are `probabilities`, float32 [N, C], `label`, bytes [N], and `score`, float32 [N].

    Args:
        label_names: Names of the labels; the position is the id.
    """

    numbers = "probabilities"
    compared_outputs: Sequence[str] = (numbers,)
    unit = "probability"
    # float32 sums in another order differ by about 1e-6, and a wrong weight or id by far more.
    tolerance = 2e-5
    # bfloat16 rounds to 3 digits, and an undecided text may move by a few hundredths; a kernel that computes something
    # else moves by far more.
    allowed_difference = 0.1
    decimals = 4
    file_decimals: int | None = 6  # float32 has no more to tell of a probability
    ordered_outputs: Sequence[str] = ("probabilities", "scores")
    padded_outputs: Mapping[str, str] = types.MappingProxyType({})
    numbers_suffice = True
    text_signatures: Mapping[str, TextOutputs] = types.MappingProxyType({})

    def __init__(self, label_names: Sequence[str]) -> None:
        self._names = tuple(label_names)
        self.targets: Sequence[str] = self._names
        self.example_signatures: Sequence[ExampleSignature] = (ExampleSignature("classify", self._classes_and_scores),)
        columns = [("label", pa.string()), ("score", pa.float32())]
        self.columns = pa.schema([*columns, *((name, pa.float32()) for name in probability_columns(self._names))])

    def _classes_and_scores(self, outputs: Mapping[str, "tf.Tensor"]) -> dict[str, "tf.Tensor"]:
        return classes_and_scores(outputs["probabilities"], self._names)

    def manifest_facts(self) -> dict[str, Any]:
        """`labels`, by label id."""
        return {"labels": list(self._names)}

    def answers(self, outputs: Served) -> list[dict[str, Any]]:
        """`label`, `score` (its probability) and `probabilities` by label."""
        rows = zip(outputs["label"], outputs["score"], outputs["probabilities"], strict=True)
        return [
            {
                "label": label.decode(),
                "score": float(score),
                "probabilities": dict(zip(self._names, map(float, probabilities), strict=True)),
            }
            for label, score, probabilities in rows
        ]

    def answer_cells(self, answer: Mapping[str, Any]) -> list[str]:
        """Label and score."""
        return [answer["label"], score_text(answer["score"])]

    def marked_text(self, answer: Mapping[str, Any], text: str) -> str:
        """Without marks: the answer is about all of it."""
        return text

    def arrays(self, outputs: Served) -> list[pa.Array]:
        """Label, score, and the probability of each label."""
        labels = pa.array([label.decode() for label in outputs["label"]], pa.string())
        numbers = (outputs["score"], *outputs["probabilities"].T)
        return [labels, *(pa.array(column, pa.float32()) for column in numbers)]

    def tally(self) -> LabelCounts:
        """Rows by label."""
        return LabelCounts(self._names, lambda outputs: Counter(label.decode() for label in outputs["label"]))

    def decisions(self, outputs: Served) -> np.ndarray:
        """Label ids, int64 [N]."""
        return outputs["probabilities"].argmax(-1)

    def is_decided(self, outputs: Served, tolerance: float) -> np.ndarray:
        """Whether the label stays when each of the probabilities moves by a tolerance."""
        second, first = np.partition(outputs["probabilities"], -2, axis=-1)[:, -2:].T
        return first - second > 2 * tolerance

    def predicted_targets(self, outputs: Served) -> np.ndarray:
        """Label ids, int64 [N]."""
        return self.decisions(outputs)

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
        from bert_tf.tasks.classify.card import card_words

        return card_words(self._names, measured, data, compared)
