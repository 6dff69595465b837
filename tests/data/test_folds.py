"""Folds for cross-validation: each label is shared out evenly, and equal texts stay together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bert_tf.data.folds import check_folds, stratified_folds
from bert_tf.errors import DataError


def one_each(labels):
    """Rows with one label each, bool [N, C]."""
    labels = np.array(labels)
    return labels[:, np.newaxis] == np.arange(labels.max() + 1)


@given(
    labels=st.lists(st.integers(0, 4), min_size=2, max_size=60),
    folds=st.integers(2, 6),
    seed=st.integers(0, 99),
)
def test_of_one_label_each_no_two_folds_differ_by_more_than_one(labels, folds, seed):
    has_label = one_each(labels)
    fold = stratified_folds(has_label, np.arange(len(labels)), folds=folds, seed=seed)
    shared = np.stack([np.bincount(fold[has], minlength=folds) for has in has_label.T])
    assert fold.min() >= 0
    assert fold.max() < folds
    assert (np.ptp(shared, axis=1) <= 1).all()


@given(has_label=arrays(bool, st.tuples(st.integers(4, 40), st.integers(1, 5))), seed=st.integers(0, 99))
def test_equal_texts_are_in_one_fold_and_the_same_seed_gives_the_same(has_label, seed):
    same = np.arange(len(has_label)) // 2
    fold = stratified_folds(has_label, same, folds=2, seed=seed)
    assert all(len(set(fold[same == text])) == 1 for text in same)
    assert (fold == stratified_folds(has_label, same, folds=2, seed=seed)).all()


def test_rows_of_several_labels_by_hand():
    # Two rows with both labels, two with each alone, two with none: of the four with a label two in each fold, and of
    # the two without one.
    has_label = np.array([(True, True), (True, False), (False, True), (False, False)] * 2)
    for seed in range(10):
        in_second = stratified_folds(has_label, np.arange(8), folds=2, seed=seed) == 1
        assert has_label[in_second].sum(0).tolist() == [2, 2]
        assert (~has_label[in_second].any(1)).sum() == 1


def test_another_seed_gives_another_division():
    has_label, same = one_each([0, 1] * 20), np.arange(40)
    first, second = (stratified_folds(has_label, same, folds=4, seed=seed) for seed in (1, 2))
    assert (first != second).any()


def test_a_label_with_fewer_texts_than_folds():
    # Label "b" has three rows, of which two are the same text.
    has_label, same = one_each([0, 0, 0, 0, 1, 1, 1]), np.array([0, 1, 2, 3, 4, 5, 5])
    with pytest.raises(DataError) as caught:
        check_folds(has_label, same, names=["a", "b"], folds=3)
    assert caught.value.what == "1 label of train has fewer than 3 different texts: 'b' (2)."
    assert caught.value.where == "few_shot.folds"
    assert caught.value.hint == "lower few_shot.folds to 2, or add texts"
    check_folds(has_label, same, names=["a", "b"], folds=2)


def test_a_label_with_one_text_takes_more_texts():
    with pytest.raises(DataError) as caught:
        check_folds(one_each([0, 0, 1]), np.arange(3), names=["a", "b"], folds=2)
    assert caught.value.hint == "add texts"
