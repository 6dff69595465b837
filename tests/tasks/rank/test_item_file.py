import pytest

from bert_tf.errors import DataError
from bert_tf.tasks.rank.item_file import read_item_texts


def test_texts_are_joined_and_what_is_empty_is_left_out(tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("id,title,genres\n1,Heat,Crime\n2,Up,\n3,,\n")
    found = read_item_texts(str(path), identifier="id", texts=("title", "genres"))
    assert found == {"1": b"Heat. Crime", "2": b"Up", "3": None}


def test_ids_of_json_may_be_numbers(tmp_path):
    path = tmp_path / "items.jsonl"
    path.write_text('{"id": 1, "text": "Heat"}\n{"id": 2}\n')
    assert read_item_texts(str(path), identifier="id", texts=("text",)) == {"1": b"Heat", "2": None}


def test_what_can_not_be_used_is_listed(tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("id,text\n1,Heat\n1,Hot\n,Up\n1,Heat\n")
    with pytest.raises(DataError) as told:
        read_item_texts(str(path), identifier="id", texts=("text",))
    first, second = told.value.problems
    assert first.endswith("items.csv:3: the item '1' has another text before")
    assert second.endswith("items.csv:4: id is empty")


def test_a_column_that_is_missing_is_told(tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("id,text\n1,Heat\n")
    with pytest.raises(DataError, match=r"lacks a column(.|\n)*no column 'title'"):
        read_item_texts(str(path), identifier="id", texts=("title",))
