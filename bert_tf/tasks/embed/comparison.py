"""What is said of two models that give vectors, on the same rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.evaluation.paired import right_alone
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.report.compared_runs import Answer, Breakdown, Line
from bert_tf.report.paired_words import PairedWords
from bert_tf.tasks.embed.measures import MRR, RECALL_AT_1
from bert_tf.tasks.embed.stored_texts import first_texts

WORDS = PairedWords(
    measure=RECALL_AT_1,
    test="McNemar's exact test",
    won="right",
    only=" only",
    same_rows="right on exactly the same rows as",
    same_ones="right on exactly the same ones",
    title="Found by {}, not found by {}",
    apart="Rows for which one run ranks the matching text first and the other does not. Rows with the worst rank in "
    "the other run come first.",
    first="whose ranks differ most",
    order="largest difference of ranks first",
    expected="matching text",
    figure="rank",
    answer=("text", "rank"),
    even=" (Wilson intervals where all rows are right or all are wrong)",
    decimals=0,
)


class EmbedComparison:
    """See `TaskComparison`: rows whose right text only one of them ranks first."""

    words = WORDS

    def apart(self, first: Answers, second: Answers) -> tuple[np.ndarray, np.ndarray]:
        """Those first whose ranks differ most."""
        ranks = [answers.outputs["rank"].astype(np.float64) for answers in (first, second)]
        return right_alone(ranks[0] == 1, ranks[1] == 1, gaps=np.abs(ranks[0] - ranks[1]))

    def expected(self, answers: Answers, row: int) -> str:
        """The right text."""
        return first_texts(answers.expected[row : row + 1])[0]

    def answer(self, answers: Answers, row: int, *, is_better: bool) -> Answer:
        """The text that stands first, and where the right one stands."""
        rank = int(answers.outputs["rank"][row])
        stored = answers.expected if rank == 1 else answers.outputs["wrong"]
        return Answer(first_texts(stored[row : row + 1])[0], rank, f"rank {rank:,}", is_better)

    def breakdown(self, figures: Sequence[Mapping[str, Any]]) -> Breakdown:
        """MRR of vectors that are cut, by their dimensions; without lines where there are none."""
        tables = [{part["dimensions"]: part[MRR.key] for part in each.get("by_dimensions", ())} for each in figures]
        sizes = sorted({size for table in tables for size in table}, reverse=True)
        return Breakdown(
            "dimensions", MRR.name, tuple(Line(f"{size}", tuple(table.get(size) for table in tables)) for size in sizes)
        )
