import json

import pytest
from surveyed import column

from bert_tf.drafting.new_recipe import new_recipe
from bert_tf.drafting.telling_columns import is_split, telling_notes, whole_export
from bert_tf.errors import DataError


@pytest.mark.parametrize(
    ("name", "values", "tells"),
    [
        ("split", ["train", "test"], True),
        ("Set", ["Train", "val", "test"], True),
        ("split", ["train"], False),
        ("split", ["train", "unknown"], False),
        ("label", ["train", "test"], False),
    ],
)
def test_columns_that_say_which_split_a_row_is_in(name, values, tells):
    assert is_split(column(name, values)) is tells


def test_what_annotators_said_is_told_where_nobody_reads_it():
    columns = {"answer": column("answer", ["accept", "accept", "reject"])}
    (note,) = telling_notes(columns, ["answer"])
    assert "'answer' has what annotators said of a row (accept 2, reject 1)" in note
    assert telling_notes(columns, []) == []
    assert telling_notes({"answer": column("answer", ["accept"])}, ["answer"]) == []
    assert telling_notes({"answer": column("answer", ["yes", "no"])}, ["answer"]) == []


def test_whole_exports_of_label_studio_without_entities():
    columns = [column("data", ["{}"]), column("annotations", ["[]"]), column("id", ["1"])]
    assert "whole export of Label Studio" in str(whole_export(columns, file="a.json"))
    assert whole_export(columns[1:], file="a.json") is None


def test_a_recipe_tells_of_the_splits_that_it_passes_over(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"This is text {number},{'ab'[number % 2]},{('train', 'test')[number % 3 == 0]}" for number in range(30)]
    (tmp_path / "a.csv").write_text("\n".join(["text,label,split", *rows]))
    _, draft = new_recipe("a", {"train": "a.csv"}, named={})
    assert any("'split' says which split a row is in (train 20, test 10)" in note for note in draft.notes)
    assert not any("also looks like a label" in note for note in draft.notes)


def test_choices_of_label_studio_are_refused_by_the_format(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = [{"type": "choices", "value": {"choices": ["good"]}}]
    rows = [{"data": {"text": f"text {number}"}, "annotations": [{"result": result}]} for number in range(20)]
    (tmp_path / "a.json").write_text(json.dumps(rows))
    with pytest.raises(DataError, match="export as JSON-MIN or CSV"):
        new_recipe("a", {"train": "a.json"}, named={})
