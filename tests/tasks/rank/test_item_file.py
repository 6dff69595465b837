import pytest

from bert_tf.errors import DataError
from bert_tf.tasks.rank.item_file import FoundItem, ItemColumns, read_items


def test_texts_are_joined_and_what_is_empty_is_left_out(tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("id,title,genres\n1,Heat,Crime\n2,Up,\n3,,\n")
    found = read_items(str(path), ItemColumns("id", ("title", "genres")))
    assert found == {"1": FoundItem(b"Heat. Crime"), "2": FoundItem(b"Up"), "3": FoundItem(None)}


def test_features_are_cells_as_texts(tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("id,title,genres,year\n1,Heat,Crime|Drama ,1995\n2,Up,,\n")
    found = read_items(str(path), ItemColumns("id", ("title",), ("genres",), ("year",)))
    assert found == {"1": FoundItem(b"Heat", ("Crime|Drama", "1995.0")), "2": FoundItem(b"Up", ("", ""))}


def test_a_number_that_is_none_and_two_kinds_of_features_are_told(tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("id,text,year\n1,Heat,soon\n2,Up,2009\n2,Up,2010\n")
    with pytest.raises(DataError) as told:
        read_items(str(path), ItemColumns("id", ("text",), (), ("year",)))
    first, second = told.value.problems
    assert first.endswith("items.csv:2: year is 'soon', not a number")
    assert second.endswith("items.csv:4: the item '2' has other features before")


def test_ids_of_json_may_be_numbers(tmp_path):
    path = tmp_path / "items.jsonl"
    path.write_text('{"id": 1, "text": "Heat"}\n{"id": 2}\n')
    assert read_items(str(path), ItemColumns("id", ("text",))) == {"1": FoundItem(b"Heat"), "2": FoundItem(None)}


def test_what_can_not_be_used_is_listed(tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("id,text\n1,Heat\n1,Hot\n,Up\n1,Heat\n")
    with pytest.raises(DataError) as told:
        read_items(str(path), ItemColumns("id", ("text",)))
    first, second = told.value.problems
    assert first.endswith("items.csv:3: the item '1' has another text before")
    assert second.endswith("items.csv:4: id is empty")


def test_a_column_that_is_missing_is_told(tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("id,text,genres\n1,Heat,Crime\n")
    with pytest.raises(DataError, match=r"lacks a column(.|\n)*no column 'title'"):
        read_items(str(path), ItemColumns("id", ("title",)))
    with pytest.raises(DataError, match=r"no column 'genre'; did you mean 'genres'"):
        read_items(str(path), ItemColumns("id", ("text",), ("genre",)))
