"""Against arithmetic by hand."""

import numpy as np
import pytest

from bert_tf.evaluation.split_metrics import Answers, row_scores, split_metrics
from bert_tf.ragged_rows import RaggedRows
from bert_tf.tasks.embed.measures import FOLLOWED, OTHERS
from bert_tf.tasks.embed.metrics import EmbedMetrics, baseline
from bert_tf.tasks.embed.stored_texts import as_rows

METRICS = EmbedMetrics()


def answers(ranks, *, among=20, cut=None):
    rows = len(ranks)
    cuts = {} if cut is None else {4: cut}
    outputs = {
        "rank": np.array(ranks, np.int32),
        "among": np.full(rows, among, np.int32),
        "ranks": np.array(list(cuts.values()), np.int32).reshape(len(cuts), rows).T,
    }
    expected = RaggedRows.of_lengths(np.zeros(rows, np.uint8), np.ones(rows, int))
    return Answers(expected, outputs, {"dimensions": tuple(cuts)})


def test_measures_by_hand():
    figures = METRICS.figures(answers([1, 1, 3, 10, 11]))
    assert figures == pytest.approx(
        {
            "recall_at_1": 2 / 5,
            "recall_at_5": 3 / 5,
            "recall_at_10": 4 / 5,
            "mrr": (1 + 1 + 1 / 3 + 1 / 10 + 1 / 11) / 5,
            "ndcg_at_10": (1 + 1 + 1 / np.log2(4) + 1 / np.log2(11)) / 5,
        }
    )


def test_what_metrics_json_has():
    found = split_metrics(METRICS, answers([1, 2, 2], cut=[1, 1, 4]), truncated=np.zeros(3, bool))
    assert {measure.key for measure in (*FOLLOWED, *OTHERS)} <= set(found)
    assert found["baseline"] == {"recall_at_1": pytest.approx(1 / 20), "texts": 20}
    (part,) = found["by_dimensions"]
    assert (part["dimensions"], part["recall_at_1"], part["mrr"]) == (4, pytest.approx(2 / 3), pytest.approx(0.75))
    low, high = found["intervals"]["recall_at_1"]
    assert low <= 1 / 3 <= high


def test_a_row_has_a_score_of_its_own():
    np.testing.assert_array_equal(row_scores(METRICS, answers([1, 7, 1])), [1, 0, 1])


def test_rows_of_the_training_texts_keep_their_ranks():
    found = split_metrics(
        METRICS, answers([1, 5, 1, 5]), truncated=np.zeros(4, bool), in_train=np.array([True, False, True, False])
    )
    assert found["without_leaked"]["recall_at_1"] == 0
    assert found["without_leaked"]["mrr"] == pytest.approx(1 / 5)


def test_what_is_followed_is_measured_after_each_epoch():
    figures = METRICS.after_epoch(answers([1, 2]))
    assert all(measure.of_epoch(figures) is not None for measure in FOLLOWED)
    assert all(measure.of_epoch(figures) is None for measure in OTHERS)


@pytest.mark.parametrize("measure", [*FOLLOWED, *OTHERS])
def test_better_ranks_are_better_by_each_measure(measure):
    good, bad = (METRICS.figures(answers(ranks))[measure.key] for ranks in ([1, 2, 4, 9], [3, 6, 11, 20]))
    assert measure.rank(good) < measure.rank(bad)


def test_no_rows():
    tables = METRICS.tables(answers([]))
    assert (tables["intervals"], tables["baseline"]["texts"]) == ({}, 0)


def test_a_random_order_of_labelled_texts():
    """Of five texts, three have one label: each of them finds another one in 2 of 4 cases, and the others in 1 of 4."""
    labelled = Answers(as_rows(["a", "b", "a", "a", "b"]), answers([1] * 5, among=3).outputs, {"by_label": True})
    assert baseline(labelled) == {"recall_at_1": pytest.approx((3 * 2 / 4 + 2 * 1 / 4) / 5), "texts": 5}
