"""What is said of two models that give single labels, on the same rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import softmax

from bert_tf.evaluation.confidence import disagreements
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.report.compared_runs import Answer, Breakdown, Line
from bert_tf.report.paired_words import PairedWords
from bert_tf.scores import score_text
from bert_tf.tasks.classify.measures import ACCURACY

WORDS = PairedWords(
    measure=ACCURACY,
    test="McNemar's exact test",
    won="right",
    only=" only",
    same_rows="right on exactly the same rows as",
    same_ones="right on exactly the same ones",
    title="Right in {}, wrong in {}",
    apart="Rows that one run predicts correctly and the other does not. Rows on which both runs are confident come "
    "first.",
    first="on which both runs are most confident",
    order="most confident first",
    expected="label",
    figure="score",
    answer=("label", "probability"),
    even=" (Wilson intervals where all rows are right or all are wrong)",
)


class ClassifyComparison:
    """See `TaskComparison`: rows that only one of them has right, and F1 of each label."""

    words = WORDS

    def apart(self, first: Answers, second: Answers) -> tuple[np.ndarray, np.ndarray]:
        """Those first where both are sure of their answer."""
        return disagreements(first.expected, first.outputs["logits"], second.outputs["logits"])

    def expected(self, answers: Answers, row: int) -> str:
        """The label."""
        return answers.facts["label_names"][answers.expected[row]]

    def answer(self, answers: Answers, row: int, *, is_better: bool) -> Answer:
        """The label that was predicted, and its probability."""
        probabilities = softmax(answers.outputs["logits"][row].astype(np.float64))
        best = int(probabilities.argmax())
        name, probability = answers.facts["label_names"][best], float(probabilities[best])
        return Answer(name, probability, score_text(probability), is_better)

    def breakdown(self, figures: Sequence[Mapping[str, Any]]) -> Breakdown:
        """F1 of each label in each run; without lines where scored runs have different labels."""
        tables = [{name: scores["f1"] for name, scores in each.get("per_class", {}).items()} for each in figures]
        alike = len({frozenset(table) for table in tables if table}) == 1
        names = next(table for table in tables if table) if alike else {}
        return Breakdown("label", "F1", tuple(Line(name, tuple(table.get(name) for table in tables)) for name in names))
