import itertools

import numpy as np
import pytest

from bert_tf.evaluation import ranking
from bert_tf.evaluation.hard_negatives import hard_negatives, hard_negatives_by_label
from bert_tf.ragged_rows import RaggedRows

RANDOM = np.random.default_rng(0)


def on_circle(*degrees):
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)


def unit(rows, size):
    vectors = RANDOM.normal(size=(rows, size))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


# One row at 0°; its right text at 30°; others at 10°, 40°, 80°.
@pytest.mark.parametrize(
    ("margin", "left_out", "found"),
    [
        (0.0, [], 2),  # 10° is nearer than the right one, and may be right: it is passed over
        (-1.0, [], 1),  # nearer ones are allowed
        (0.05, [], 2),  # cos 30° − cos 40° = 0.100
        (0.12, [], 3),  # … is not enough, and cos 30° − cos 80° = 0.692 is
        (0.7, [], -1),
        (0.0, [2], 3),
        (0.0, [2, 3], -1),
    ],
)
def test_the_nearest_text_that_is_far_enough_behind_the_right_one(margin, left_out, found):
    texts, left = on_circle(30, 10, 40, 80), RaggedRows(np.array(left_out, np.int64), np.array([0, len(left_out)]))
    mined = hard_negatives(on_circle(0), texts, right=np.array([0]), left_out=left, margin=margin)
    assert mined.tolist() == [found]


def test_rows_are_taken_one_by_one_however_many_fit(monkeypatch):
    vectors, texts, right = unit(30, 6), unit(11, 6), RANDOM.integers(0, 11, 30)
    left = [[(each + 1) % 11] if row % 3 else [] for row, each in enumerate(right)]
    left_out = RaggedRows.of_lengths(np.array(list(itertools.chain(*left)), np.int64), np.array(list(map(len, left))))
    wanted = []
    for row, cosines in enumerate(vectors @ texts.T):
        most = cosines[right[row]] - np.float32(0.1)
        allowed = [place for place in range(11) if place not in (right[row], *left[row]) and cosines[place] <= most]
        wanted.append(max(allowed, key=lambda place, cosines=cosines: cosines[place], default=-1))
    for at_once in (1 << 24, 44):
        monkeypatch.setattr(ranking, "_AT_ONCE", at_once)
        assert hard_negatives(vectors, texts, right=right, left_out=left_out, margin=0.1).tolist() == wanted


def test_no_text_is_mined_by_vectors_that_are_not_finite():
    vectors, texts = np.full((1, 2), np.nan, np.float32), on_circle(30, 10)
    left = RaggedRows(np.zeros(0, np.int64), np.array([0, 0]))
    assert hard_negatives(vectors, texts, right=np.array([0]), left_out=left, margin=0.0).tolist() == [-1]


def test_the_nearest_text_of_another_label(monkeypatch):
    # Labels 0 at 0° and 21°, 1 at 15°, 60° and 100°, 2 at 50°, which is alone.
    vectors, labels = on_circle(0, 21, 15, 60, 100, 50), np.array([0, 0, 1, 1, 1, 2])
    for at_once in (1 << 24, 7):
        monkeypatch.setattr(ranking, "_AT_ONCE", at_once)
        # For 0°, 15° is nearer than 21°: 50° is the next. For 15°, whose own are 45° away at least, all are nearer.
        # For 60°, 50° and 21° are nearer than 100°.
        assert hard_negatives_by_label(vectors, labels, margin=0.0).tolist() == [5, 5, -1, 0, 5, 3]
    assert hard_negatives_by_label(vectors, labels, margin=-2.0).tolist() == [2, 2, 1, 5, 5, 3]
