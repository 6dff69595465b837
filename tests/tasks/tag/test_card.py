import numpy as np

from bert_tf.evaluation.split_metrics import split_metrics
from bert_tf.tasks.tag.card import card_words
from bert_tf.tasks.tag.metrics import TagMetrics
from bert_tf.tasks.tag.target import NO_ENTITY

DATA = {
    "rows": {"train": 9, "test": 4},
    "entity_counts": {"train": {"LOC": 3, "PER": 1000, NO_ENTITY: 2}, "test": {"LOC": 1, "PER": 2, NO_ENTITY: 0}},
}


def test_scores_by_type_with_intervals(answers):
    given = answers(["B-PER O", "B-PER I-PER", "B-LOC"], ["B-PER O", "B-PER O", "B-LOC"])
    measured = split_metrics(TagMetrics(), given, truncated=np.zeros(3, bool))
    words = card_words(("LOC", "PER"), measured, DATA, None, offsets="characters")
    name, value, interval = words.scores[0]
    assert (name, value) == ("entity F1", "0.6667")
    assert " to " in interval
    assert len(words.scores) == len(TagMetrics.measures)
    assert words.tables[0].rows == [
        ["LOC", "1.0000", "1.0000", "1.0000", "1"], ["PER", "0.5000", "0.5000", "0.5000", "2"],
    ]  # fmt: skip
    assert words.data_cells["train"] == ["3", "1,000", "2"]
    assert "counted from 0 in characters of Unicode" in words.returns
    compared = {"rows": 3, "split": "test", "equal_labels": 2, "float32_micro_f1": 0.5, "largest_difference": 0.01}
    beside = card_words(("LOC", "PER"), measured, DATA, compared, offsets="characters").beside_float32
    assert beside.startswith("2 of 3 test texts get the same entities")


def test_nothing_was_measured():
    words = card_words(("LOC",), {}, DATA, None, offsets="bytes")
    assert (words.scores, words.tables, words.beside_float32, words.without_leaked) == ([], [], "", "")
    assert words.kind == "A tagger that finds named entities of 1 type"
    assert "the first byte and the one behind the last, counted from 0 in bytes of UTF-8" in words.returns
