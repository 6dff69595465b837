import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from bert_tf.tasks.multilabel.measured_sets import constant_macro_f1, measured_sets


@settings(max_examples=20)
@given(rows=st.integers(1, 20), labels=st.integers(2, 5), seed=st.integers(0, 99))
def test_the_baseline_is_scikit_learns_of_all_labels(rows, labels, seed):
    expected = np.random.default_rng(seed).random((rows, labels)) < 0.3
    expected[0] = True
    wanted = f1_score(expected, np.ones_like(expected), average="macro")
    assert constant_macro_f1(expected) == pytest.approx(wanted)


def test_wrong_rows_come_by_their_loss(contents, drawn):
    rows = drawn(100, noise=2.0)
    own = measured_sets(contents(rows), contents(rows).found)
    assert (np.diff(own.losses[own.wrong]) <= 0).all()
    assert (own.missed | own.too_many).any(1).sum() == len(own.wrong)
    assert list(own.chosen_on) == []
