"""Bad labels of a file, all at once, each with file and line and what to do."""

import pathlib

import pytest

from bert_tf.data.load_data import load_splits
from bert_tf.errors import DataError
from bert_tf.tasks.regress.target import RegressTarget


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def load(train, test=(), *, has_commas=False):
        for name, rows in (("train.csv", train), ("test.csv", test)):
            pathlib.Path(name).write_text("\n".join(["text,stars", *rows, ""]))
        named = {"test": "test.csv"} if test else {}
        target = RegressTarget("stars", has_commas=has_commas)
        return load_splits(source="files", train="train.csv", target=target, cache_folder=tmp_path, **named)

    return load


def test_all_bad_labels_at_once_with_their_places(load):
    with pytest.raises(DataError, match="The data has 6 bad rows") as caught:
        load(["a,1", "b,many", "c,nan", "d,inf", "e,many"], test=["f,2", "g,", "h,few"])
    told = str(caught.value)
    assert "2 rows of train.csv have labels that are no number: 'many' (2 rows, first at train.csv:3)" in told
    assert "train.csv:4: stars is 'nan', a word for a missing value" in told
    assert "train.csv:5: stars is infinite" in told
    assert "test.csv:3: stars is empty" in told
    assert "1 row of test.csv has a label that is no number: 'few' (1 row, at test.csv:4)" in told


def test_a_decimal_comma_is_told_how_to_mend(load):
    with pytest.raises(DataError, match='set regress.decimal = "," to read 3,8 and 1.200,50; or write'):
        load(["a,1", 'b,"3,8"'])
    with pytest.raises(DataError, match="write numbers with a point, without separators or units: 1200 for '1,200'"):
        load(["a,1", 'b,"1,200"'])


def test_a_point_among_decimal_commas_is_told_how_to_mend(load):
    with pytest.raises(DataError, match="write all numbers with a comma, such as 3,8, or all with a point"):
        load(['a,"1,5"', "b,3.8"], has_commas=True)


def test_a_column_of_names_is_another_task(load):
    with pytest.raises(DataError, match='set task = "classify" if these are names of labels'):
        load(["a,good", "b,bad"])


def test_infinite_labels_are_listed(load):
    with pytest.raises(DataError, match=r"5 rows of train.csv have an infinite label \(train.csv:3, train.csv:4, "):
        load(["a,1", *(f"{row},inf" for row in range(5))])


def test_equal_labels(load):
    with pytest.raises(DataError, match="All 3 rows of train have the label 2; there is nothing to learn"):
        load(["a,2", "b,2.0", "c,2"])
