import json

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Surroundings
from bert_tf.data.checks import Refusal
from bert_tf.data.known_labels import KnownLabels
from bert_tf.data.labels import Spelling
from bert_tf.data.target import Values
from bert_tf.errors import DataError
from bert_tf.tasks.multilabel.label_cells import FlagColumns, ListCell
from bert_tf.tasks.multilabel.target import MultilabelTarget
from bert_tf.tasks.recipes import make_recipe
from bert_tf.workflow.data import load_data

CELLS = ListCell("tags", separator="|")


def values(*sets: tuple[str, ...]) -> Values:
    distinct = tuple(dict.fromkeys(sets))
    return Values(distinct, np.array([distinct.index(one) for one in sets], np.int32))


def test_labels_of_the_training_rows_are_all_there_are():
    target = MultilabelTarget(CELLS).with_labels_of((("b",), ("a", "c"), ()), ())
    assert target.resolve(("a", "b")) == ("a", "b")
    assert target.resolve(()) == ()
    assert target.resolve(("a", "d")) == Refusal("unknown label", "tags has the unknown label 'd'", "d")
    assert target.spellings(("a", "b")) == ("a", "b")


def test_facts_are_names_and_their_share_of_the_training_rows():
    target = MultilabelTarget(CELLS).with_labels_of((("b",), ("a", "b")), ())
    learned = target.learn(values(("b",), ("a", "b"), (), ("b",)), where="")
    assert learned.facts == {"label_names": ("a", "b"), "label_shares": (0.25, 0.75)}
    assert learned.type == pa.list_(pa.bool_(), 2)
    assert learned.encode(("b",)) == [False, True]
    assert learned.encode(()) == [False, False]
    assert learned.content(("a", "b")) != learned.content(("a",))


def test_given_labels_stay_in_their_order_though_no_row_has_one():
    target = MultilabelTarget.given(CELLS, ("b", "rare", "a"), where="data.labels")
    learned = target.with_labels_of((("a",),), ()).learn(values(("a",), ("b",)), where="")
    assert learned.facts == {"label_names": ("b", "rare", "a"), "label_shares": (0.5, 0.0, 0.5)}
    with pytest.raises(DataError, match="the same label"):
        MultilabelTarget.given(CELLS, ("1", "1.0"), where="data.labels")


def test_merged_labels_have_the_commonest_spelling_and_stand_once_in_a_row():
    spellings = [Spelling("joy", 1, "a.csv:2"), Spelling("Joy", 3, "a.csv:3")]
    target = MultilabelTarget(CELLS, KnownLabels(merges=True)).with_labels_of((("joy",), ("Joy",)), spellings)
    assert target.resolve(("joy",)) == ("Joy",)
    assert target.resolve(("Joy", "joy")) == ("Joy",)


def test_a_training_row_with_two_spellings_of_a_label_has_it_once(tmp_path):
    rows = "text,tags\none,Joy|joy\ntwo,joy\nthree,fear\nfour,\n"
    splits = loaded(tmp_path, rows, data={"merge_labels": True})
    assert splits.facts["label_names"] == ("fear", "joy")
    assert splits.train.targets.tolist() == [[False, True], [False, True], [True, False], [False, False]]


def test_rows_that_leave_nothing_to_learn_are_refused():
    target = MultilabelTarget(CELLS)
    with pytest.raises(DataError, match="None of 2 rows of train has a label"):
        target.learn(values((), ()), where="data.train")
    with pytest.raises(DataError, match="All 2 rows of train have the label 'a', 'b'"):
        target.learn(values(("a", "b"), ("a", "b", "c")), where="data.train")


def test_what_is_wrong_is_explained_with_a_hint():
    target = MultilabelTarget(CELLS).with_labels_of((("happy", "sad"),), ())
    around = Surroundings(good_rows={"test": 1})
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
    learned = MultilabelTarget(FlagColumns(("x", "y"))).learn(values(("x",), ("y",), ()), where="")
    targets = np.array([[True, False], [True, True], [False, False]])
    assert learned.summary({"train": targets}).by_split == {"train": {"x": 2, "y": 1, "(none)": 1}}
    groups = {name: rows.tolist() for name, rows in learned.groups(targets).items()}
    assert groups == {"x": [0, 1], "y": [1], "(none)": [2]}


def loaded(tmp_path, text: str, *, test: str = "", **keys):
    """The data of a recipe with these rows; `multilabel` keys by name."""
    (tmp_path / "a.csv").write_text(text)
    (tmp_path / "t.csv").write_text(test)
    data = {"source": "files", "train": str(tmp_path / "a.csv"), "label": "tags", **keys.pop("data", {})}
    if test:
        data["test"] = str(tmp_path / "t.csv")
    recipe = make_recipe({"name": "r", "task": "multilabel", "data": data, "multilabel": keys})
    return load_data(recipe, cache_folder=tmp_path / "cache")


def problems_of(tmp_path, text: str, **keys) -> tuple[list[str], str]:
    with pytest.raises(DataError) as caught:
        loaded(tmp_path, text, **keys)
    return [problem.replace(f"{tmp_path}/", "") for problem in caught.value.problems], caught.value.hint


def test_all_bad_rows_of_lists_are_told_at_once(tmp_path):
    rows = "text,tags\none,joy|fear\ntwo,joy|joy\nthree,joy||fear\nfour,\n,joy\n"
    problems, hint = problems_of(tmp_path, rows, test="text,tags\nfive,joi|fear\n")
    assert problems == [
        "a.csv:3: tags has 'joy' twice",
        "a.csv:4: tags lists a label that is empty: ['joy', '', 'fear']",
        "a.csv:6: text is empty",
        "1 label of t.csv never occurs in train, 1 row: 'joi' (1 row, at t.csv:2)",
    ]
    assert "name each label of a text once" in hint
    assert "did you mean 'joy'?" in hint


def test_an_unknown_label_of_a_given_list_is_told_in_training_rows_too(tmp_path):
    rows = "text,tags\none,joy\ntwo,fear\nthree,angre|joy\n"
    problems, hint = problems_of(tmp_path, rows, data={"labels": ["joy", "fear", "anger"]})
    assert problems == ["1 label of a.csv is not in data.labels, 1 row: 'angre' (1 row, at a.csv:4)"]
    assert "did you mean 'anger'?" in hint


def test_columns_of_0_and_1_with_something_else(tmp_path):
    rows = "text,joy,fear\none,1,0\ntwo,2,0\nthree,0,maybe\nfour,,1\n"
    problems, hint = problems_of(tmp_path, rows, columns=["joy", "fear"])
    assert problems == [
        "2 rows of a.csv: neither 0 nor 1 (a.csv:3: joy is '2', neither 0 nor 1; a.csv:4: fear is 'maybe', neither "
        "0 nor 1)",
        "a.csv:5: joy is empty",
    ]
    assert "write 1 where the text has the label and 0 where it doesn't" in hint


def test_a_column_that_is_not_there(tmp_path):
    problems, _ = problems_of(tmp_path, "text,joy,fear\none,1,0\n", columns=["joy", "feer"])
    assert "no column 'feer'; did you mean 'fear'?" in problems[0]


def test_what_rows_without_labels_are_called_is_no_label(tmp_path):
    problems, hint = problems_of(tmp_path, "text,tags\none,joy\ntwo,(none)\nthree,fear|(none)\n")
    assert problems == [
        "2 rows of a.csv: tags has the label '(none)', which rows without labels are counted under (a.csv:3, a.csv:4)"
    ]
    assert "leave the cell empty" in hint
    for where in ("data.labels", "multilabel.names_file"):
        with pytest.raises(DataError, match=rf"{where} has the label '\(none\)'"):
            MultilabelTarget.given(CELLS, ("joy", "(none)"), where=where)


@pytest.mark.parametrize(
    ("keys", "given_by"),
    [
        ({"columns": ["True", "true"]}, "multilabel.columns"),
        ({"names_file": "names.txt", "data": {"merge_labels": True}}, "multilabel.names_file"),
        ({"names_file": "names.txt", "data": {"labels": ["true", "True"]}}, "data.labels"),
    ],
)
def test_two_names_that_are_one_are_told_with_the_key_that_gives_them(tmp_path, monkeypatch, keys, given_by):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names.txt").write_text("joy\nJoy\n")
    with pytest.raises(DataError, match="which are the same label") as caught:
        loaded(tmp_path, "text,True,true,tags\none,0,1,0\n", **keys)
    assert caught.value.where == given_by


def test_null_and_an_empty_cell_are_a_text_without_labels_in_all_formats(tmp_path):
    rows = [{"text": "one", "tags": ["joy"]}, {"text": "two", "tags": None}, {"text": "three", "tags": []}]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    (tmp_path / "a.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    (tmp_path / "a.csv").write_text("text,tags\none,joy\ntwo,\nthree,  \n")
    found = []
    for name in ("a.parquet", "a.jsonl", "a.csv"):
        data = {"source": "files", "train": str(tmp_path / name), "label": "tags"}
        recipe = make_recipe({"name": "r", "task": "multilabel", "data": data})
        found.append(load_data(recipe, cache_folder=tmp_path / "cache").train.targets.tolist())
    assert found == [[[True], [False], [False]]] * 3


def test_ids_beyond_the_names(tmp_path):
    (tmp_path / "names.txt").write_text("joy\nfear\n")
    rows = 'text,tags\none,"0,1"\ntwo,2\nthree,joy\n'
    problems, hint = problems_of(tmp_path, rows, separator=",", names_file=str(tmp_path / "names.txt"))
    assert problems == [
        "2 rows of a.csv: unknown id (a.csv:3: tags has the id '2', but ids are 0 to 1; a.csv:4: tags has the id "
        "'joy', but ids are 0 to 1; the id of 'joy' is 0)"
    ]
    assert "the numbers of the lines of multilabel.names_file, from 0" in hint


def test_one_label_in_all_rows_and_none_in_any(tmp_path):
    with pytest.raises(DataError, match="All 2 rows of train have the label 'joy'"):
        loaded(tmp_path, "text,tags\none,joy\ntwo,joy|fear\n")
    with pytest.raises(DataError, match="None of 2 rows of train has a label"):
        loaded(tmp_path, "text,tags\none,\ntwo,\n")


def test_rows_without_labels_are_rows(tmp_path):
    splits = loaded(tmp_path, "text,tags\none,joy\ntwo,\nthree,fear|joy\n", test="text,tags\nfour,\n")
    assert splits.train.targets.tolist() == [[False, True], [False, False], [True, True]]
    assert splits.test.targets.tolist() == [[False, False]]
    assert splits.report.summary.by_split["test"] == {"fear": 0, "joy": 0, "(none)": 1}
