import numpy as np

from bert_tf.evaluation.split_metrics import Answers, split_metrics
from bert_tf.tasks.embed.card import card_words
from bert_tf.tasks.embed.metrics import EmbedMetrics
from bert_tf.tasks.embed.stored_texts import as_rows
from bert_tf.tasks.embed.target import LearnedPairs

ROWS = as_rows(["aa", "bbb", "aa", "c"])
OUTPUTS = {
    "rank": np.array([1, 2, 1, 1], np.int32),
    "among": np.full(4, 3, np.int32),
    "ranks": np.array([[1], [2], [2], [1]], np.int32),
}
MEASURED = split_metrics(EmbedMetrics(), Answers(ROWS, OUTPUTS, {"dimensions": (64,)}), truncated=np.zeros(4, bool))
SUMMARY = LearnedPairs((64,)).summary({"train": ROWS, "test": ROWS[:2]})
DATA = {"rows": {"train": 4, "test": 2}, SUMMARY.key: SUMMARY.by_split}


def test_scores_with_intervals_and_the_baseline():
    words = card_words(MEASURED, DATA, None)
    assert words.scores[0][:2] == ("recall@1", "0.7500")
    assert words.scores[-1] == ("recall@1 of ranking the 3 texts at random", "0.3333", "–")
    assert words.tables[0].rows == [["64", "0.5000", "1.0000", "0.7500"]]
    assert words.data_cells == {"train": ["3", "2", "3"], "test": ["2", "2", "3"]}


def test_nothing_was_measured():
    words = card_words({}, DATA, None)
    assert (words.scores, words.tables, words.beside_float32) == ([], [], "")


def test_what_fewer_bits_cost():
    compared = {"split": "test", "rows": 5, "recall_at_1": 0.5, "float32_recall_at_1": 0.75, "largest_difference": 0.01}
    assert card_words(MEASURED, DATA, compared).beside_float32 == (
        "On 5 test texts its recall@1 is 0.5000, and that of the same model in float32 0.7500; numbers of a vector "
        "differ by at most 0.01."
    )


def test_scores_without_leaked_texts():
    rest = {"examples": 3, "recall_at_1": 0.25, "recall_at_10": 0.5, "mrr": 0.375}
    said = card_words({**MEASURED, "without_leaked": rest}, DATA, None).without_leaked
    assert said == "recall@1 is 0.2500, recall@10 is 0.5000 and MRR is 0.3750"
