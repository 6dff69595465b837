import numpy as np

from bert_tf.evaluation.split_metrics import Answers, split_metrics
from bert_tf.tasks.regress.card import card_words
from bert_tf.tasks.regress.metrics import RegressMetrics
from bert_tf.tasks.regress.target import LearnedNumbers

LABELS = np.arange(40).astype(np.float32)
MEASURED = split_metrics(
    RegressMetrics(),
    Answers(LABELS, {"value": LABELS + 0.5}, {"mean": 19.5, "std": 11.5}),
    truncated=np.zeros(40, bool),
)
SUMMARY = LearnedNumbers(19.5, 11.5).summary({"train": LABELS, "test": LABELS[:5]})
DATA = {"rows": {"train": 40, "test": 5}, SUMMARY.key: SUMMARY.by_split}


def test_scores_with_intervals_and_the_baseline():
    words = card_words(MEASURED, DATA, None)
    assert words.scores[0] == ("mean absolute error", "0.5", "0.5 to 0.5")
    assert len(words.scores) == 6
    assert words.scores[-1] == ("mean absolute error of always answering the mean", "10", "–")
    assert words.tables[0].rows[0] == ["0 to 9", "0.5", "+0.5", "10"]
    assert words.data_cells["test"] == ["0", "2", "4", "2", "1.41"]
    assert "0 to 39" in words.returns


def test_nothing_was_measured():
    words = card_words({}, DATA, None)
    assert (words.scores, words.tables, words.beside_float32) == ([], [], "")


def test_what_fewer_bits_cost():
    compared = {"split": "test", "rows": 5, "mae": 0.52, "float32_mae": 0.5, "largest_difference": 0.031}
    said = card_words(MEASURED, DATA, compared).beside_float32
    assert said == (
        "On 5 test texts its mean absolute error is 0.52, and that of the same model in float32 0.5; numbers differ by "
        "at most 0.031."
    )


def test_scores_without_leaked_texts():
    rest = {"examples": 30, "mae": 0.25, "rmse": 0.5, "spearman": 0.875}
    said = card_words({**MEASURED, "without_leaked": rest}, DATA, None).without_leaked
    assert said == ("mean absolute error is 0.25, root mean squared error is 0.5 and Spearman correlation is 0.8750")
