import numpy as np
import pytest

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.rank.comparison import RankComparison
from bert_tf.tasks.rank.dashboard import RankDashboard, misses_table

TOLD = RankComparison()


def test_rows_that_one_ranks_better_come_by_how_much(drawn):
    first, second = drawn(np.array([1, 1, 20, 30])).answers, drawn(np.array([2, 9, 3, 50])).answers
    better, worse = TOLD.apart(first, second)
    # Behind the first ten it doesn't matter where.
    assert (better.tolist(), worse.tolist()) == ([1, 0], [2])
    assert TOLD.expected(first, 1) == "user 0"
    answer = TOLD.answer(second, 1, is_better=False)
    assert (answer.predicted, answer.figure_text, answer.is_good) == ("movie 2", "rank 9", False)


def test_figures_of_all_and_of_new_items(drawn):
    figures = [{"ndcg_at_10": 0.3, "new_items": {"ndcg_at_10": 0.1}}, {"ndcg_at_10": 0.4, "new_items": {}}, {}]
    lines = TOLD.breakdown(figures).lines
    assert [(line.name, line.values) for line in lines] == [("all", (0.3, 0.4, None)), ("new", (0.1, None, None))]


class Texts:
    def texts(self, start, stop):
        return [f"movie {row}".encode() for row in range(start, stop)]

    def pairs(self, start, stop):
        return None

    def places(self, start, stop):
        return [f"drawn.csv:{row}" for row in range(start, stop)]


def test_tensorboard_lists_the_worst_ranks(drawn):
    answers = drawn(np.array([1, 3, 50])).answers
    told = misses_table(Texts(), answers)
    assert told.startswith("The item of 2 of 3 events is not ranked first:")
    assert "movie 1" in told
    ranks = [line.split(" | ")[0] for line in told.splitlines()[4:]]
    assert ranks == ["50", "3"]
    assert misses_table(Texts(), drawn(np.array([1, 1])).answers) == "The item of 2 events is ranked first."
    assert RankDashboard().columns(answers, np.array([2])) == {"user": ["user 0"], "rank": ["50"]}


@pytest.mark.parametrize("name", ["score", "wrong_score"])
def test_cosines_that_are_no_numbers_are_not_drawn(drawn, name):
    answers = drawn(np.array([1, 3])).answers
    outputs = {**answers.outputs, name: np.array([np.nan, 0.5])}
    # There are no writers: nothing is written.
    RankDashboard().show_epoch(None, Texts(), Answers(answers.expected, outputs, answers.facts), epoch=1)
