import pytest

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Surroundings
from bert_tf.data.known_labels import KnownLabels
from bert_tf.data.labels import Spelling
from bert_tf.errors import DataError


def test_before_any_are_known_each_label_is_a_name_of_its_own() -> None:
    assert KnownLabels().name_of("anything") == "anything"
    assert KnownLabels().ordered({"10", "9"}).names == ("9", "10")


def test_those_of_the_training_rows_are_all_there_are() -> None:
    known = KnownLabels().of_rows(["b", "a", "b"], ())
    assert [known.name_of(label) for label in ("a", "c")] == ["a", None]
    assert known.ordered(()).names == ("a", "b")


def test_merged_ones_have_the_commonest_spelling() -> None:
    spellings = [Spelling("joy", 1, "a.csv:2"), Spelling("Joy", 3, "a.csv:3")]
    known = KnownLabels(merges=True).of_rows(["joy", "Joy"], spellings)
    assert [known.name_of(label) for label in ("joy", "JOY")] == ["Joy", "Joy"]


def test_given_ones_stay_as_they_are() -> None:
    known = KnownLabels.given(("b", "1.0", "a"), merges=False)
    assert known.of_rows(["c"], ()) == known
    assert known.ordered({"c"}).names == ("b", "1", "a")
    with pytest.raises(DataError, match="multilabel.columns has 'a' and 'A'") as caught:
        KnownLabels.given(("a", "A"), merges=True, where="multilabel.columns")
    assert caught.value.where == "multilabel.columns"


def test_an_unknown_label_is_explained_by_where_the_others_are() -> None:
    found = BadRows("train", "unknown label", rows=1)
    found.labels.add("hapy", "a.csv:2")
    given = KnownLabels.given(("happy", "sad"), merges=False).explain(found, Surroundings())
    assert "not in data.labels" in given.sentence
    assert given.hint == "did you mean 'happy'?"
    assert "never occurs in train" in KnownLabels().of_rows(["happy"], ()).explain(found, Surroundings()).sentence
