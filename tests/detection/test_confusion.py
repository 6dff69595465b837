import dataclasses
import json

import numpy as np
import pytest

from bert_tf.detection.confusion import ConfusionMatrix
from bert_tf.errors import DataError

TWO = ConfusionMatrix(("negative", "other"), ((80, 20), (10, 90)))


def test_of_two_labels_it_is_rogan_and_gladens_estimate():
    # (0.45 + 0.9 - 1) / (0.8 + 0.9 - 1) = 0.5
    found = TWO.correct((450, 550))
    assert found["negative"].value == pytest.approx(0.5)
    assert found["other"].value == pytest.approx(0.5)


def test_its_interval_is_that_of_the_delta_method_where_counts_are_large():
    """Rogan and Gladen (1978): variance of the seen share, of sensitivity and specificity, at a share of a half."""
    large = ConfusionMatrix(("negative", "other"), ((8000, 2000), (1000, 9000)))
    variance = 0.45 * 0.55 / 10_000 + 0.25 * 0.8 * 0.2 / 10_000 + 0.25 * 0.9 * 0.1 / 10_000
    half = 1.96 * variance**0.5 / 0.7
    found = large.correct((4500, 5500))["negative"]
    assert (found.low, found.high) == pytest.approx((0.5 - half, 0.5 + half), abs=0.001)


def test_fewer_test_rows_make_it_wider():
    few = ConfusionMatrix(TWO.labels, ((8, 2), (1, 9))).correct((4500, 5500))["negative"]
    many = TWO.correct((4500, 5500))["negative"]
    assert few.high - few.low > 2 * (many.high - many.low)


def test_true_shares_of_three_labels_come_back():
    matrix = ConfusionMatrix(("a", "b", "c"), ((80, 15, 5), (20, 70, 10), (3, 7, 90)))
    true = np.array([0.2, 0.5, 0.3])
    seen = true @ (np.array(matrix.counts) / 100)
    found = matrix.correct((seen * 1_000_000).tolist())
    assert [found[label].value for label in "abc"] == pytest.approx(true.tolist())
    assert all(one.low <= one.value <= one.high for one in found.values())


def test_intervals_hold_the_truth_as_often_as_they_say():
    random, inside = np.random.default_rng(0), 0
    for seed in range(100):
        counts = random.multinomial(60, [[0.8, 0.2], [0.1, 0.9]])
        seen = random.multinomial(150, [0.45, 0.55])
        matrix = ConfusionMatrix(TWO.labels, tuple(map(tuple, counts.tolist())))
        found = matrix.correct(seen.tolist(), seed=seed)["negative"]
        inside += found.low <= 0.5 <= found.high
    assert inside >= 88


@pytest.mark.parametrize(("seen", "share"), [((5, 95), 0.0), ((95, 5), 1.0)])
def test_shares_end_at_0_and_1(seen, share):
    found = TWO.correct(seen)
    assert found["negative"].value == share
    assert 0 <= found["negative"].low <= found["negative"].high <= 1


def test_one_label_against_the_rest():
    three = ConfusionMatrix(("a", "b", "c"), ((80, 15, 5), (20, 70, 10), (3, 7, 90)))
    assert three.against_rest("a") == ConfusionMatrix(("a", "not a"), ((80, 20), (23, 177)))
    with pytest.raises(DataError, match="no label 'd'; it has a, b, c"):
        three.against_rest("d")


def test_from_answers_and_from_json():
    found = ConfusionMatrix.of_answers(("a", "b"), np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1]))
    assert found.counts == ((2, 1), (0, 2))
    assert ConfusionMatrix.of_state(json.loads(json.dumps(dataclasses.asdict(found)))) == found


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (((50, 50), (50, 50)), "hardly tells the labels apart"),
        (((50, 50), (0, 0)), "No text of the confusion matrix has the label 'b'."),
        (((50, 50),), "has not a count for each two of 2 labels"),
        (((50, 50), (3, -1)), "has not a count"),
    ],
)
def test_a_matrix_that_corrects_nothing_is_refused(counts, message):
    with pytest.raises(DataError, match=message):
        ConfusionMatrix(("a", "b"), counts)


@pytest.mark.parametrize("seen", [(1, 2, 3), (0, 0), (5, -1)])
def test_counts_that_are_none_are_refused(seen):
    with pytest.raises(DataError, match="There are not 2 counts of texts to correct, or all are 0."):
        TWO.correct(seen)
