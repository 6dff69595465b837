import numpy as np

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.report.compared_runs import Answer
from bert_tf.tasks.embed.comparison import EmbedComparison
from bert_tf.tasks.embed.stored_texts import as_rows

RIGHT, COMPARISON = as_rows(["a", "b", "c", "d"]), EmbedComparison()


def answers(ranks):
    outputs = {"rank": np.array(ranks, np.int32), "wrong": as_rows(["w", "x", "y", "z"])}
    return Answers(RIGHT, outputs, {"dimensions": ()})


FIRST, SECOND = answers([1, 3, 1, 1]), answers([2, 1, 9, 1])


def test_rows_that_only_one_finds_those_first_whose_ranks_differ_most():
    first, second = COMPARISON.apart(FIRST, SECOND)
    assert (first.tolist(), second.tolist()) == ([2, 0], [1])


def test_what_is_said_of_a_row():
    assert COMPARISON.expected(FIRST, 2) == "c"
    assert COMPARISON.answer(FIRST, 2, is_better=True) == Answer("c", 1, "rank 1", True)
    assert COMPARISON.answer(SECOND, 2, is_better=False) == Answer("y", 9, "rank 9", False)


def test_vectors_that_are_cut_side_by_side():
    figures = [
        {"by_dimensions": [{"dimensions": size, "mrr": size / 100} for size in sizes]} for sizes in ([8], [8, 4])
    ]
    found = COMPARISON.breakdown([*figures, {}])
    assert [(line.name, line.values) for line in found.lines] == [("8", (0.08, 0.08, None)), ("4", (None, 0.04, None))]
    assert COMPARISON.breakdown([{}, {}]).lines == ()
