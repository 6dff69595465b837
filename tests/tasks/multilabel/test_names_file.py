import pytest

from bert_tf.errors import DataError
from bert_tf.tasks.multilabel.names_file import read_names


def test_each_line_is_the_name_of_its_number(tmp_path, monkeypatch):
    (tmp_path / "labels.txt").write_text("\ufeffjoy\r\n anger \nvery sad\n\n", encoding="utf-8")
    monkeypatch.setenv("DATA", str(tmp_path))
    assert read_names("$DATA/labels.txt") == ("joy", "anger", "very sad")


def test_all_lines_that_are_wrong_are_named(tmp_path):
    path = tmp_path / "labels.txt"
    path.write_text("joy\n\nanger\njoy\n")
    with pytest.raises(DataError) as caught:
        read_names(str(path))
    assert list(caught.value.problems) == [f"{path}:2: no name", f"{path}:4: 'joy' is the name in line 1 too"]
    assert caught.value.where == "multilabel.names_file"


def test_an_empty_a_missing_and_a_binary_file_are_refused(tmp_path):
    (tmp_path / "empty.txt").write_text("\n")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(DataError, match="one name in each line"):
        read_names(str(tmp_path / "empty.txt"))
    with pytest.raises(DataError, match="can't be read"):
        read_names(str(tmp_path / "binary.txt"))
    with pytest.raises(DataError, match="did you mean"):
        read_names(str(tmp_path / "emty.txt"))
    with pytest.raises(DataError, match="2 files"):
        read_names(str(tmp_path / "*.txt"))
