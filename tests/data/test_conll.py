import re

import pytest

from bert_tf.data.conll import conll_layout, looks_like_conll
from bert_tf.data.file_format import FileFormat
from bert_tf.data.files import read_files
from bert_tf.data.rows import BadRow, Header, Remark, Row
from bert_tf.errors import DataError

SHARED_TASK = """-DOCSTART- -X- -X- O

EU NNP B-NP B-ORG
rejects VBZ B-VP O
German JJ B-NP B-MISC

Peter NNP B-NP B-PER
Blackburn NNP I-NP I-PER
"""


def items(tmp_path, content, name="rows.conll", **settings):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_files(str(path), wanted=(), file_format=FileFormat(**settings)))


def rows(tmp_path, content, **settings):
    return items(tmp_path, content, **settings)[1:]


def test_each_sentence_is_a_row_of_lists(tmp_path):
    header, *found = items(tmp_path, SHARED_TASK)
    assert header == Header(f"{tmp_path}/rows.conll", ("token", "column2", "column3", "tag"))
    assert [(row.number, row.lines) for row in found] == [(3, 3), (7, 2)]
    assert found[0].values == {
        "token": ["EU", "rejects", "German"],
        "column2": ["NNP", "VBZ", "JJ"],
        "column3": ["B-NP", "B-VP", "B-NP"],
        "tag": ["B-ORG", "O", "B-MISC"],
    }


def test_columns_may_have_names_of_their_own(tmp_path):
    header, *_ = items(tmp_path, SHARED_TASK, columns=("word", "pos", "chunk", "ner"))
    assert header.columns == ("word", "pos", "chunk", "ner")
    with pytest.raises(DataError, match="2 names, but the lines of .* have 4 columns"):
        items(tmp_path, SHARED_TASK, columns=("word", "ner"))


def test_tabs_windows_line_ends_and_a_line_that_is_blank_but_for_a_tab(tmp_path):
    found = rows(tmp_path, b"New York\tB-LOC\r\nis\tO\r\n\t\r\n#big\tO\r\n")
    assert [row.values["token"] for row in found] == [["New York", "is"], ["#big"]]
    assert found[0].values["tag"] == ["B-LOC", "O"]


def test_blanks_and_tabs_that_are_mixed(tmp_path):
    (row,) = rows(tmp_path, "New \t B-LOC\nYork I-LOC\nis\tO\n")
    assert row.values == {"token": ["New", "York", "is"], "tag": ["B-LOC", "I-LOC", "O"]}


def test_comments_are_lines_that_are_not_divided_as_the_others(tmp_path):
    found = rows(tmp_path, "# sent_id = 1\n# text = # O\n#\tO\nx\tB-A\n\n#b\tO\n")
    assert [row.values["token"] for row in found] == [["#", "x"], ["#b"]]


def test_a_word_with_a_hash_and_no_tag_is_no_comment(tmp_path):
    found = rows(tmp_path, "at O\n#NLProc\n\n#NLProc O\n#\n## two words\n")
    assert [type(row) for row in found] == [BadRow, Row]
    assert (found[0].number, found[0].reason, found[1].values["token"]) == (2, "ragged line", ["#NLProc"])


def test_words_are_divided_by_tabs_whatever_divides_the_beginning_of_a_document(tmp_path):
    (row,) = rows(tmp_path, "-DOCSTART- O\n\nNew York\tB-LOC\na\u2028b\tO\n")
    assert row.values == {"token": ["New York", "a\u2028b"], "tag": ["B-LOC", "O"]}


def test_a_ragged_line_is_told_with_its_place_and_the_next_sentence_is_read(tmp_path):
    found = rows(tmp_path, "a B-X\nb\nc O\n\nd O\n")
    message = "1 column where there are 2, divided by blanks"
    assert found == [BadRow(2, "ragged line", message, lines=3), Row(5, {"token": ["d"], "tag": ["O"]})]
    (bad,) = rows(tmp_path, "\tO\n")
    assert bad.reason == "empty word"


def test_a_line_that_is_not_utf_8_spoils_its_sentence_only(tmp_path):
    found = rows(tmp_path, b"a\tO\n\xff\tO\n\nb\tO\n")
    assert [type(row) for row in found] == [BadRow, Row]
    assert (found[0].number, found[0].reason) == (2, "bad UTF-8")


def test_a_file_without_blank_lines_is_no_endless_row(tmp_path):
    found = rows(tmp_path, "word O\n" * 300 + "\nword O\n", max_row_bytes=1024)
    assert [(row.number, type(row)) for row in found] == [(147, BadRow), (302, Row)]
    assert found[0].reason == "long row"


def test_a_line_that_is_too_long_is_no_end_of_a_sentence(tmp_path):
    found = rows(tmp_path, f"a O\n{'b' * 2000} O\nc O\n\nd O\n", max_row_bytes=1024)
    message = "longer than 1,024 bytes; data.max_row_bytes allows more"
    assert found == [BadRow(2, "long row", message, lines=3), Row(5, {"token": ["d"], "tag": ["O"]})]


def test_one_column_is_no_tagged_text(tmp_path):
    with pytest.raises(DataError, match="have one column; each needs a word and a tag"):
        items(tmp_path, "a\nb\n\nc\n")


def test_any_file_may_be_named_as_one(tmp_path):
    header, row = items(tmp_path, "a O\n", name="rows.txt", format="conll")
    assert (header.columns, row.values["token"]) == (("token", "tag"), ["a"])
    with pytest.raises(DataError, match="unknown file type"):
        items(tmp_path, "a O\n", name="rows.txt")


def test_tagged_lines_are_recognized():
    assert looks_like_conll(SHARED_TASK)
    assert looks_like_conll("a\tB-X\nb\tO\n\nc\tO\n")
    assert not looks_like_conll("text\tlabel\ngood film\tpositive\nbad film\tnegative\n")
    assert not looks_like_conll("a\tO\nb\tO\n\n")  # grades, or blood groups
    assert not looks_like_conll("a\tB-X\nb\tO\n")  # no sentence ends
    assert conll_layout("# c\na b c\nd e f\ng\n").width == 3


def test_a_first_line_that_names_the_columns_is_no_word(tmp_path):
    _, remark, *found = items(tmp_path, "token\tner\n" + "Ada\tB-PER\nis\tO\n\n" * 20)
    assert remark == Remark("the first line is skipped, which names the columns: 'token ner'")
    assert [row.values["token"] for row in found] == [["Ada", "is"]] * 20
    assert (found[0].number, found[1].number) == (2, 5)
    # It may be a word, where tags are none.
    assert len(rows(tmp_path, "the DET\ntag NOUN\n")[0].values["token"]) == 2
    assert rows(tmp_path, "tag O\nit B-X\n" * 20)[0].values["token"][0] == "tag"


def test_comments_with_as_many_parts_as_the_columns(tmp_path):
    """MultiCoNER's; a word that is # has a tag."""
    found = rows(tmp_path, "# id 1-a\tdomain=en\nAda _ _ B-PER\n# _ _ O\n\n" * 12)
    assert [row.values["token"] for row in found] == [["Ada", "#"]] * 12


@pytest.mark.parametrize(
    "content",
    [
        "1\tAda\tB-PER\tO\n2\tis\tO\tO\n\n",
        "1 Ada B-PER - me\n2 is O - me\n\n",
        "高 B-PER\n勇 M-PER\n华 E-PER\n在 O\n\n",
        "token tag\n" + "Ada B-PER\nis O\n\n" * 20,
    ],
)
def test_tags_may_stand_in_any_column(content):
    assert looks_like_conll(content)
    assert not looks_like_conll(re.sub("[BME]-PER", "O", content))
