"""So many texts of each label: how many, which, and what is told where there are too few."""

import pathlib

import numpy as np
import pytest

from bert_tf.data.known_labels import KnownLabels
from bert_tf.data.load_data import load_splits
from bert_tf.errors import DataError
from bert_tf.tasks.classify.target import ClassifyTarget
from bert_tf.tasks.multilabel.label_cells import ListCell
from bert_tf.tasks.multilabel.target import MultilabelTarget


@pytest.fixture
def load(tmp_path):
    """Splits of rows of text and label, of which some are drawn."""

    def of(rows, *, several=False, labels=None, **changes):
        (tmp_path / "train.csv").write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in rows))
        known = KnownLabels.given(labels, merges=False)
        target = (
            MultilabelTarget(ListCell("label", separator="|"), known) if several else ClassifyTarget("label", known)
        )
        path = str(tmp_path / "train.csv")
        return load_splits(
            source="files", train=path, target=target, cache_folder=pathlib.Path(tmp_path / "cache"), **changes
        )

    return of


ROWS = [(f"text {number}", "abc"[min(number % 4, 2)]) for number in range(60)]


def drawn(splits):
    return splits.train.texts(0, len(splits.train))


@pytest.mark.parametrize("per_label", [2, 8, 15])
def test_as_many_of_each_label(load, per_label):
    train = load(ROWS, per_label=per_label).train
    assert np.bincount(train.targets).tolist() == [per_label] * 3


def test_a_seed_draws_the_same_rows_and_another_one_others(load):
    assert drawn(load(ROWS, per_label=4, seed=1)) == drawn(load(ROWS, per_label=4, seed=1))
    assert drawn(load(ROWS, per_label=4, seed=1)) != drawn(load(ROWS, per_label=4, seed=2))


def test_rows_that_are_held_out_are_not_drawn_and_stay_the_same(load):
    few, all_rows = load(ROWS, per_label=4, test=0.5), load(ROWS, test=0.5)
    assert few.test.fingerprint == all_rows.test.fingerprint
    assert not set(drawn(few)) & set(few.test.texts(0, 30))
    (told,) = few.report.remarks
    assert told == (
        "Of 30 train rows, 12 were drawn, 4 of each label (few_shot.per_label, data.seed = 1); the other 18 are not "
        "used."
    )
    assert few.report.rows["train"] == 12


def test_texts_that_come_again_are_drawn_once(load):
    train = load([("same", "a")] * 20 + ROWS, per_label=15).train
    texts = train.texts(0, len(train))
    assert len(set(texts)) == len(texts) == 45


def test_of_rows_with_several_labels_each_label_has_as_many_or_more(load):
    sets = ["a", "a|b", "b|c", "a|c", "", "c"]
    rows = [(f"text {number}", sets[number % 6]) for number in range(60)]
    train = load(rows, several=True, per_label=4).train
    counts = train.targets.sum(0)
    assert (counts >= 4).all()
    assert len(train) < 3 * 4 + 4 + 1
    assert (~train.targets.any(1)).sum() == 4


def test_labels_with_fewer_texts_are_named_with_their_numbers(load):
    with pytest.raises(DataError) as caught:
        load([*ROWS, ("rare", "d")], labels=["a", "b", "c", "d", "e"], per_label=16)
    assert str(caught.value).splitlines() == [
        "4 labels of train have fewer than 16 different texts: 'a' (15), 'b' (15), 'd' (1), 'e' (0).",
        "  where: few_shot.per_label",
        "  try:   add texts",
    ]
    with pytest.raises(DataError, match=r"2 labels(.|\n)*try:   lower few_shot.per_label to 15, or add texts"):
        load(ROWS, per_label=16)


def test_one_label_only(load):
    with pytest.raises(DataError, match="All 20 rows of train have the label 'a'; a classifier needs two or more"):
        load([(f"text {number}", "a") for number in range(20)], per_label=8)
