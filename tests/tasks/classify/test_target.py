"""A label that is a name: how it is read, which ones there are, and how it is stored."""

import numpy as np
import pytest

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Surroundings
from bert_tf.data.checks import Refusal
from bert_tf.data.known_labels import KnownLabels
from bert_tf.data.labels import LabelNames, Spelling
from bert_tf.data.target import Values
from bert_tf.errors import DataError
from bert_tf.tasks.classify.target import ClassifyTarget, LearnedLabels


def values(*labels: str) -> Values:
    distinct = tuple(dict.fromkeys(labels))
    return Values(distinct, np.array([distinct.index(label) for label in labels], np.int32))


def test_the_cell_of_its_column_is_the_label() -> None:
    target = ClassifyTarget("mood")
    assert target.columns == ("mood",)
    assert target.check({"text": "x", "mood": " 1.0"}) == "1"
    assert target.check({"text": "x", "mood": None}) == Refusal("missing label", "mood is missing")
    assert target.resolve("any") == "any"


def test_a_list_of_one_is_its_label() -> None:
    """doccano writes the labels of a text as a list, also where each has one."""
    target = ClassifyTarget("mood")
    assert target.check({"mood": ["good "]}) == target.check({"mood": "good "})
    assert target.check({"mood": []}) == Refusal("missing label", "mood is empty")
    assert target.check({"mood": ["a", "b"]}) == Refusal("several labels", "mood has 2 labels: 'a', 'b'")
    found = target.explain(
        BadRows("train", "several labels", 1, ["a.jsonl:3"], ["mood has 2 labels"]), Surroundings({}, {})
    )
    assert found is not None
    assert 'task = "multilabel"' in str(found.hint)


def test_the_labels_of_the_training_rows_are_all_there_are() -> None:
    target = ClassifyTarget("mood").with_labels_of(("b", "a"), ())
    assert target.resolve("a") == "a"
    assert target.resolve("A") == Refusal("unknown label", "mood 'A' is unknown", "A")
    assert target.learn(values("b", "a"), where="").facts == {"label_names": ("a", "b")}


def test_given_labels_stay_in_their_order() -> None:
    target = ClassifyTarget("mood", KnownLabels.given(("b", "1.0", "a"), merges=False))
    assert target.with_labels_of(("c",), ()).resolve("c") == Refusal("unknown label", "mood 'c' is unknown", "c")
    assert target.learn(values("b", "a"), where="").names == ("b", "1", "a")
    with pytest.raises(DataError, match=r"'1' and '1\.0', which are the same label"):
        KnownLabels.given(("1", "1.0"), merges=False)


def test_merged_labels_have_the_commonest_spelling() -> None:
    spellings = [Spelling("good", 1, "a.csv:2"), Spelling("Good", 3, "a.csv:3"), Spelling("bad", 1, "a.csv:4")]
    target = ClassifyTarget("mood", KnownLabels(merges=True)).with_labels_of(("good", "Good", "bad"), spellings)
    assert [target.resolve(name) for name in ("good", "GOOD ", "bad")] == ["Good", "Good", "bad"]
    learned = target.learn(values("Good", "bad"), where="")
    assert learned.names == ("Good", "bad")
    assert [group.name for group in learned.alike(spellings)] == ["Good"]


def test_only_unknown_labels_are_explained() -> None:
    target, around = ClassifyTarget("mood").with_labels_of(("happy", "sad"), ()), Surroundings(good_rows={"test": 1})
    assert target.explain(BadRows("test", "empty text"), around) is None
    found = BadRows("test", "unknown label", rows=1)
    found.labels.add("hapy", "t.csv:2")
    assert target.explain(found, around).hint == "did you mean 'happy'?"


def test_a_share_is_drawn_of_each_label() -> None:
    labels = values(*["a"] * 30, *["b"] * 10)
    parts = ClassifyTarget("mood").draw(labels, shares=[0.2], seed=1, groups=None)
    assert np.bincount(labels.codes[parts == 1]).tolist() == [6, 2]


@pytest.mark.parametrize(
    "labels, told", [(["a", "a"], "All 2 rows of train have the label 'a'"), (["a"], "The only row of train has")]
)
def test_one_label_is_nothing_to_learn(labels: list[str], told: str) -> None:
    with pytest.raises(DataError, match=rf"{told}(.|\n)*data.train = 'x.csv'"):
        ClassifyTarget("mood").learn(values(*labels), where="data.train = 'x.csv'")


def test_a_label_is_stored_as_its_place() -> None:
    learned = LearnedLabels(LabelNames(("neg", "pos", "ü"), merge=False))
    assert [learned.encode(name) for name in learned.names] == [0, 1, 2]
    assert learned.content("ü") == b"\xc3\xbc"
    targets = np.array([0, 1, 1], np.int32)
    summary = learned.summary({"train": targets, "test": targets[:1]})
    assert summary.by_split == {"train": {"neg": 1, "pos": 2, "ü": 0}, "test": {"neg": 1, "pos": 0, "ü": 0}}
    assert (summary.key, summary.heading) == ("class_counts", "label")
    assert {name: rows.tolist() for name, rows in learned.groups(targets).items()} == {
        "neg": [0],
        "pos": [1, 2],
        "ü": [],
    }
