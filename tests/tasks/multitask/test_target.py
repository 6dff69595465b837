import numpy as np
import pytest

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Surroundings
from bert_tf.data.checks import Refusal
from bert_tf.data.labels import Spelling
from bert_tf.data.target import Values
from bert_tf.errors import DataError
from bert_tf.tasks.classify.target import ClassifyTarget
from bert_tf.tasks.multilabel.label_cells import ListCell
from bert_tf.tasks.multilabel.target import MultilabelTarget
from bert_tf.tasks.multitask.stored_labels import stored_labels
from bert_tf.tasks.multitask.target import MultitaskTarget
from bert_tf.tasks.regress.target import RegressTarget


@pytest.fixture
def target():
    return MultitaskTarget({"mood": ClassifyTarget("mood"), "stars": RegressTarget("stars")})


def values(*labels):
    distinct = tuple(dict.fromkeys(labels))
    return Values(distinct, np.array([distinct.index(label) for label in labels], np.int32))


def test_a_cell_that_is_empty_is_no_label_of_its_head(target):
    assert target.columns == ("mood", "stars")
    assert target.check({"mood": "good", "stars": "4"}) == ("good", 4.0)
    assert target.check({"mood": "", "stars": "4"}) == (None, 4.0)
    assert target.check({"mood": "good", "stars": None}) == ("good", None)


def test_a_row_without_any_label_is_bad(target):
    refused = target.check({"mood": " ", "stars": "nan"})
    assert isinstance(refused, Refusal)
    assert refused.reason == "missing label"
    assert refused.message == "no head has a label in this row: the cell of mood and of stars is empty"


def test_a_wrong_label_is_told_by_its_head(target):
    refused = target.check({"mood": "good", "stars": "many"})
    assert (refused.reason, refused.label) == ("stars: no number", "many")
    found = BadRows("train", refused.reason, 1, ["a.csv:2"], [refused.message])
    found.labels.add("many", "a.csv:2")
    explained = target.explain(found, Surroundings(good_rows={"train": 5}))
    assert explained.sentence.endswith("(head stars)")
    assert "give these rows a number" in explained.hint
    assert target.explain(BadRows("train", "missing label", 1), Surroundings()) is None


def test_labels_are_known_by_each_head_for_itself(target):
    assert target.spellings(("good", 4.0)) == ["mood: good"]
    known = target.with_labels_of([("good", None), ("bad", 1.0)], [Spelling("mood: good", 1, "a:1")])
    assert known.resolve(("good", None)) == ("good", None)
    refused = known.resolve(("fair", 1.0))
    assert (refused.reason, refused.label) == ("mood: unknown label", "fair")


def test_what_is_learned_and_stored(target):
    rows = values(("good", 4.0), (None, 2.0), ("bad", None))
    learned = target.with_labels_of(rows.distinct, []).learn(rows, where="train")
    assert dict(learned.facts) == {
        "mood.label_names": ("bad", "good"), "mood.stored_as": ("int32",),
        "stars.mean": 3.0, "stars.std": 1.0, "stars.stored_as": ("float32",),
    }  # fmt: skip
    assert learned.type.list_size == 4
    assert [learned.encode(label) for label in rows.distinct] == [[1, 1, 1, 4], [0, 0, 1, 2], [1, 0, 0, 0]]
    assert len({learned.content(label) for label in rows.distinct}) == 3
    stored = np.array([learned.encode(label) for label in rows.distinct], np.float32)
    summary = learned.summary({"train": stored})
    assert summary.by_split["train"]["mood: good"] == 1
    assert summary.facts()["heads"]["mood"] == {"class_counts": {"train": {"bad": 1, "good": 1}}}
    groups = learned.groups(stored)
    assert (groups["mood: good"].tolist(), groups["mood: bad"].tolist()) == ([0], [2])


def test_sets_of_labels_are_stored_beside_numbers():
    target = MultitaskTarget({"tones": MultilabelTarget(ListCell("tones", separator="|"))})
    rows = values((("joy", "love"),), ((),))
    learned = target.with_labels_of(rows.distinct, []).learn(rows, where="train")
    assert learned.facts["tones.stored_as"] == ("bool", 2)
    stored = np.array([learned.encode(label) for label in rows.distinct], np.float32)
    labels = stored_labels(["tones"], learned.facts)["tones"]
    assert labels.labels(stored).tolist() == [[True, True], [False, False]]
    assert labels.labels(stored).dtype == bool
    assert labels.has_label(stored).tolist() == [True, True]


def test_a_head_that_no_row_has_a_label_of(target):
    rows = values(("good", None), ("bad", None))
    with pytest.raises(DataError, match="No row of train has a label of the head stars: stars is empty in all of 2"):
        target.learn(rows, where="train")


def test_a_head_that_no_row_of_a_split_has_a_label_of(target):
    rows = values(("good", 4.0), ("bad", 2.0))
    learned = target.with_labels_of(rows.distinct, []).learn(rows, where="train")
    with pytest.raises(DataError, match="No row of test has a label of the head stars"):
        learned.summary({"test": np.array([[1, 1, 0, 0]], np.float32)})


def test_shares_are_stratified_by_labels_that_stand_together(target):
    labels = [(mood, 1.0 + row if has_stars else None) for row in range(50) for mood in "ab" for has_stars in (0, 1)]
    parts = target.draw(values(*labels), shares=[0.2], seed=1, groups=None)
    drawn = [(mood, stars is None) for (mood, stars), part in zip(labels, parts, strict=True) if part]
    assert {kind: drawn.count(kind) for kind in drawn} == dict.fromkeys(
        [("a", True), ("a", False), ("b", True), ("b", False)], 10
    )
