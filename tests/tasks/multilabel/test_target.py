import numpy as np
import pyarrow as pa
import pytest

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Surroundings
from bert_tf.data.checks import Refusal
from bert_tf.data.labels import Spelling
from bert_tf.data.target import Values
from bert_tf.errors import DataError
from bert_tf.tasks.multilabel.label_cells import FlagColumns, ListCell
from bert_tf.tasks.multilabel.target import MultilabelTarget

CELLS = ListCell("tags", separator="|")


def values(*sets: tuple[str, ...]) -> Values:
    distinct = tuple(dict.fromkeys(sets))
    return Values(distinct, np.array([distinct.index(one) for one in sets], np.int32))


def test_labels_of_the_training_rows_are_all_there_are():
    target = MultilabelTarget(CELLS).admit((("b",), ("a", "c"), ()), ())
    assert target.resolve(("a", "b")) == ("a", "b")
    assert target.resolve(()) == ()
    assert target.resolve(("a", "d")) == Refusal("unknown label", "tags has the unknown label 'd'", "d")
    assert target.spellings(("a", "b")) == ("a", "b")


def test_facts_are_names_and_their_share_of_the_training_rows():
    learned = (
        MultilabelTarget(CELLS).admit((("b",), ("a", "b")), ()).learn(values(("b",), ("a", "b"), (), ("b",)), where="")
    )
    assert learned.facts == {"label_names": ("a", "b"), "label_shares": (0.25, 0.75)}
    assert learned.type == pa.list_(pa.bool_(), 2)
    assert learned.encode(("b",)) == [False, True]
    assert learned.encode(()) == [False, False]
    assert learned.content(("a", "b")) != learned.content(("a",))


def test_given_labels_stay_in_their_order_though_no_row_has_one():
    target = MultilabelTarget(CELLS, labels=("b", "rare", "a"))
    learned = target.admit((("a",),), ()).learn(values(("a",), ("b",)), where="")
    assert learned.facts == {"label_names": ("b", "rare", "a"), "label_shares": (0.5, 0.0, 0.5)}
    with pytest.raises(DataError, match="the same label"):
        MultilabelTarget(CELLS, labels=("1", "1.0"))


def test_merged_labels_have_the_commonest_spelling_and_stand_once_in_a_row():
    spellings = [Spelling("joy", 1, "a.csv:2"), Spelling("Joy", 3, "a.csv:3")]
    target = MultilabelTarget(CELLS, merges=True).admit((("joy",), ("Joy",)), spellings)
    assert target.resolve(("joy",)) == ("Joy",)
    assert target.resolve(("Joy", "joy")) == Refusal("label twice", "tags has 'Joy' twice")


def test_rows_that_leave_nothing_to_learn_are_refused():
    target = MultilabelTarget(CELLS)
    with pytest.raises(DataError, match="None of 2 rows of train has a label"):
        target.learn(values((), ()), where="data.train")
    with pytest.raises(DataError, match="All 2 rows of train have the label 'a', 'b'"):
        target.learn(values(("a", "b"), ("a", "b", "c")), where="data.train")


def test_what_is_wrong_is_explained_with_a_hint():
    target, around = MultilabelTarget(CELLS).admit((("happy", "sad"),), ()), Surroundings(good_rows={"test": 1})
    unknown = BadRows("test", "unknown label", rows=1)
    unknown.labels.add("hapy", "t.csv:2")
    assert target.explain(unknown, around).hint == "did you mean 'happy'?"
    twice = BadRows("train", "label twice", 1, ["a.csv:3"], ["tags has 'a' twice"])
    explained = target.explain(twice, around)
    assert explained.sentence == "a.csv:3: tags has 'a' twice"
    assert explained.hint == "name each label of a text once"
    assert target.explain(BadRows("test", "empty text"), around) is None


def test_shares_are_drawn_by_labels():
    rows = [("a",), ("a", "b"), ("b",), ()] * 10
    parts = MultilabelTarget(CELLS).draw(values(*rows), shares=[0.5], seed=1, groups=None)
    has_a = np.array(["a" in row for row in rows])
    assert (parts == 1).sum() == 20
    assert (has_a & (parts == 1)).sum() == 10


def test_a_summary_counts_rows_without_labels_too():
    learned = MultilabelTarget(FlagColumns(("x", "y")), labels=("x", "y")).learn(values(("x",), ("y",), ()), where="")
    targets = np.array([[True, False], [True, True], [False, False]])
    assert learned.summary({"train": targets}).by_split == {"train": {"x": 2, "y": 1, "(none)": 1}}
    groups = {name: rows.tolist() for name, rows in learned.groups(targets).items()}
    assert groups == {"x": [0, 1], "y": [1], "(none)": [2]}
