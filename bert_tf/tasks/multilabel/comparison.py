"""What is said of two models that give sets of labels, on the same rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.evaluation.paired import right_alone
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.report.compared_runs import Answer, Breakdown, Line
from bert_tf.report.paired_words import PairedWords
from bert_tf.scores import score_text
from bert_tf.tasks.multilabel.answered_labels import label_losses, listed, names_in, names_of, row_losses, selected_of
from bert_tf.tasks.multilabel.measures import EXACT_MATCH

WORDS = PairedWords(
    measure=EXACT_MATCH,
    test="McNemar's exact test",
    won="right",
    only=" only",
    same_rows="right on exactly the same rows as",
    same_ones="right on exactly the same ones",
    title="Right in {}, wrong in {}",
    apart="Rows whose labels one run gets all right and the other does not. Rows on which their log losses differ most "
    "come first.",
    first="on which the runs' log losses differ most",
    order="largest difference first",
    expected="labels",
    figure="probability",
    answer=("labels", "probability"),
    even=" (Wilson intervals where all rows are right or all are wrong)",
)


class MultilabelComparison:
    """See `TaskComparison`: rows whose labels only one of them gets all right, and F1 of each label."""

    words = WORDS

    def apart(self, first: Answers, second: Answers) -> tuple[np.ndarray, np.ndarray]:
        """Those first whose log losses differ most."""
        right = [(selected_of(answers) == answers.expected).all(1) for answers in (first, second)]
        return right_alone(*right, gaps=np.abs(row_losses(first) - row_losses(second)))

    def expected(self, answers: Answers, row: int) -> str:
        """The labels."""
        return listed(names_in(answers.expected[row], names_of(answers)))

    def answer(self, answers: Answers, row: int, *, is_better: bool) -> Answer:
        """The labels that were selected, and the probability of the expected ones and no others."""
        one = answers.of(np.array([row]))
        probability = float(np.exp(-label_losses(one).sum()))
        labels = listed(names_in(selected_of(one)[0], names_of(answers)))
        return Answer(labels, probability, score_text(probability), is_better)

    def breakdown(self, figures: Sequence[Mapping[str, Any]]) -> Breakdown | None:
        """F1 of each label in each run; nothing where scored runs have different labels."""
        tables = [{name: scores["f1"] for name, scores in each.get("per_class", {}).items()} for each in figures]
        if len({frozenset(table) for table in tables if table}) != 1:
            return None
        names = next(table for table in tables if table)
        return Breakdown("label", "F1", tuple(Line(name, tuple(table.get(name) for table in tables)) for name in names))
