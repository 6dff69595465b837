"""What is said of two models that find entities, on the same rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.evaluation.paired import right_alone
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.report.compared_runs import Answer, Breakdown, Line
from bert_tf.report.paired_words import PairedWords
from bert_tf.scores import score_text
from bert_tf.tasks.tag.answered_entities import listed, row_losses, tagged_rows
from bert_tf.tasks.tag.measures import EXACT_MATCH

WORDS = PairedWords(
    measure=EXACT_MATCH,
    test="McNemar's exact test",
    won="right",
    only=" only",
    same_rows="right on exactly the same rows as",
    same_ones="right on exactly the same ones",
    title="Right in {}, wrong in {}",
    apart="Rows whose entities one run finds all, and no others, and the other does not. Rows on which the log losses "
    "of their words differ most come first.",
    first="on which the runs' log losses differ most",
    order="largest difference first",
    expected="entities",
    figure="probability",
    answer=("entities", "probability"),
    even=" (Wilson intervals where all rows are right or all are wrong)",
)


class TagComparison:
    """See `TaskComparison`: rows whose entities only one of them has all right, and F1 of each type."""

    words = WORDS

    def apart(self, first: Answers, second: Answers) -> tuple[np.ndarray, np.ndarray]:
        """Those first whose log losses differ most."""
        right = [tagged_rows(answers).is_right for answers in (first, second)]
        return right_alone(*right, gaps=np.abs(row_losses(first) - row_losses(second)))

    def expected(self, answers: Answers, row: int) -> str:
        """The entities, by type and place."""
        return listed(tagged_rows(answers.of(np.array([row]))).expected_marks(0))

    def answer(self, answers: Answers, row: int, *, is_better: bool) -> Answer:
        """The entities that were predicted, and the probability of the expected tags, all together."""
        one = answers.of(np.array([row]))
        probability = float(np.exp(-row_losses(one)[0]))
        return Answer(listed(tagged_rows(one).predicted_marks(0)), probability, score_text(probability), is_better)

    def breakdown(self, figures: Sequence[Mapping[str, Any]]) -> Breakdown | None:
        """F1 of each type in each run; nothing where scored runs have different types."""
        tables = [{name: scores["f1"] for name, scores in each.get("per_class", {}).items()} for each in figures]
        if len({frozenset(table) for table in tables if table}) != 1:
            return None
        names = next(table for table in tables if table)
        return Breakdown("type", "F1", tuple(Line(name, tuple(table.get(name) for table in tables)) for name in names))
