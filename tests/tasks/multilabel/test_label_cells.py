from decimal import Decimal

import pytest

from bert_tf.data.checks import Refusal
from bert_tf.tasks.multilabel.label_cells import FlagColumns, ListCell

SEPARATED = ListCell("tags", separator="|")
JSON = ListCell("tags", separator=None)
BLANKS = ListCell("tags", separator=" ")
IDS = ListCell("tags", separator=",", names=("joy", "anger", "fear"))
FLAGS = FlagColumns(("sports", "politics"))


@pytest.mark.parametrize(
    ("cells", "cell", "labels"),
    [
        (SEPARATED, "sports|politics", ("politics", "sports")),
        (SEPARATED, " sports | 1.0 ", ("1", "sports")),
        (SEPARATED, b"sports", ("sports",)),
        (SEPARATED, "", ()),
        (SEPARATED, "  ", ()),
        (SEPARATED, None, ()),
        (JSON, None, ()),
        (IDS, float("nan"), ()),
        (SEPARATED, Decimal("NaN"), ()),
        (SEPARATED, ["a", "b"], ("a", "b")),
        (SEPARATED, "sports|politics|", ("politics", "sports")),
        (SEPARATED, {"choices": ["b", "a"]}, ("a", "b")),
        (SEPARATED, '{"choices": ["b", "a"]}', ("a", "b")),
        (BLANKS, " #b  #a", ("#a", "#b")),
        (JSON, "['b' 'a']", ("a", "b")),
        (SEPARATED, 7, ("7",)),
        (JSON, '["sports", "politics"]', ("politics", "sports")),
        (JSON, "['sports', 'politics']", ("politics", "sports")),
        (JSON, " ['a']", ("a",)),
        (JSON, "[]", ()),
        (JSON, [], ()),
        (JSON, "", ()),
        (JSON, "[1, true]", ("1", "true")),
        (IDS, "2,0", ("fear", "joy")),
        (IDS, 1, ("anger",)),
    ],
)
def test_a_cell_has_none_one_or_several_labels(cells, cell, labels):
    assert cells.columns == ("tags",)
    assert cells.check({"tags": cell}) == labels


@pytest.mark.parametrize(
    ("cells", "cell", "reason", "words"),
    [
        (SEPARATED, "a|b|a", "label twice", "tags has 'a' twice"),
        (SEPARATED, "1|1.0", "label twice", "tags has '1' twice"),
        (SEPARATED, "a||b", "empty label", "lists a label that is empty"),
        (SEPARATED, b"\xff", "bad UTF-8", "not UTF-8"),
        (JSON, "sports", "not a JSON list", "tags is 'sports', not a JSON list"),
        (JSON, '{"a": 1}', "not a JSON list", "not a JSON list"),
        (JSON, '["a', "not a JSON list", "not a JSON list"),
        (JSON, "[" * 100_000, "not a JSON list", "not a JSON list"),
        (JSON, "[" * 9_000, "not a JSON list", "not a JSON list"),
        (JSON, "[open('x')]", "not a JSON list", "not a JSON list"),
        (JSON, '[["a"]]', "not a list of labels", "not a list of names or numbers"),
        (JSON, "[null]", "not a list of labels", "not a list of names or numbers"),
        (IDS, "3", "unknown id", "tags has the id '3', but ids are 0 to 2"),
        (IDS, "anger", "unknown id", "the id of 'anger' is 1"),
        (IDS, "-1", "unknown id", "ids are 0 to 2"),
        (IDS, "01", "unknown id", "ids are 0 to 2"),
        (IDS, "1" * 5000, "unknown id", "ids are 0 to 2"),
        (JSON, "[1.5]", "wrong type", "tags is 1.5, neither a string nor a whole number"),
    ],
)
def test_what_is_no_list_of_labels_is_refused(cells, cell, reason, words):
    refusal = cells.check({"tags": cell})
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason
    assert words in refusal.message


@pytest.mark.parametrize("yes", [1, 1.0, "1", "1.0", True, "true", b"1", "Yes"])
@pytest.mark.parametrize("no", [0, 0.0, "0", False, "False", b"0", "no"])
def test_columns_of_0_and_1_are_labels(yes, no):
    assert FLAGS.columns == ("sports", "politics")
    assert FLAGS.check({"sports": yes, "politics": no}) == ("sports",)
    assert FLAGS.check({"sports": no, "politics": no}) == ()
    assert FLAGS.check({"sports": yes, "politics": yes}) == ("politics", "sports")


@pytest.mark.parametrize(("cell", "shown"), [(2, "2"), ("maybe", "'maybe'"), (b"2", "'2'"), (0.5, "0.5"), ([1], "[1]")])
def test_what_is_neither_0_nor_1_is_refused(cell, shown):
    refusal = FLAGS.check({"sports": 1, "politics": cell})
    assert refusal == Refusal("neither 0 nor 1", f"politics is {shown}, neither 0 nor 1")
    assert FLAGS.check({"sports": None, "politics": 1}) == Refusal("missing label", "sports is missing")
