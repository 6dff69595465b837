"""What is said of two models that rank items, on the same rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.report.compared_runs import Answer, Breakdown, Line
from bert_tf.report.paired_words import PairedWords
from bert_tf.tasks.embed.stored_texts import first_texts
from bert_tf.tasks.rank.measures import NDCG_AT_10
from bert_tf.tasks.rank.metrics import gain
from bert_tf.tasks.rank.target import users_of

WORDS = PairedWords(
    measure=NDCG_AT_10,
    test="exact sign test",
    won="better",
    only="",
    same_rows="as good on every row as",
    same_ones="equally good on every row",
    title="Ranked better in {} than in {}",
    apart="Events whose item is ranked higher in the top 10 of one run than of the other. The largest differences "
    "come first.",
    first="on which the runs differ most",
    order="largest difference first",
    expected="user",
    figure="rank",
    answer=("first other item", "rank"),
    decimals=0,
)


class RankComparison:
    """See `TaskComparison`: events whose item one of them ranks better."""

    words = WORDS

    def apart(self, first: Answers, second: Answers) -> tuple[np.ndarray, np.ndarray]:
        """Those first whose gains differ most."""
        gains = gain(first.outputs["rank"]) - gain(second.outputs["rank"])
        order = np.argsort(-np.abs(gains), kind="stable")
        return order[gains[order] > 0], order[gains[order] < 0]

    def expected(self, answers: Answers, row: int) -> str:
        """The user, for whom the row's text is to come first."""
        return users_of(answers.expected[row : row + 1])[0]

    def answer(self, answers: Answers, row: int, *, is_better: bool) -> Answer:
        """The first of the other items, and where the row's own stands."""
        rank = int(answers.outputs["rank"][row])
        return Answer(first_texts(answers.outputs["wrong"][row : row + 1])[0], rank, f"rank {rank:,}", is_better)

    def breakdown(self, figures: Sequence[Mapping[str, Any]]) -> Breakdown:
        """nDCG@10 of all items and of new ones."""
        tables = [
            {"all": each.get(NDCG_AT_10.key), "new": each.get("new_items", {}).get(NDCG_AT_10.key)} for each in figures
        ]
        lines = tuple(Line(name, tuple(table[name] for table in tables)) for name in ("all", "new"))
        return Breakdown("items", NDCG_AT_10.name, lines)
