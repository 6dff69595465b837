import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from bert_tf.data.row_blocks import RowBlock, block_of, row_by_row
from bert_tf.data.rows import BadRow, Header, Remark, Row
from bert_tf.tasks.tag.entity_rows import EntityRows


def read(*rows, tags=None, word_prefix="", header=True):
    items = [Header("f", ("x", "y")), *rows] if header else rows
    _, *found = EntityRows("x", "y", tags=tags, word_prefix=word_prefix)(items)
    return found


def row(x, y, number=1, lines=1):
    return Row(number, {"x": x, "y": y}, lines)


def test_words_become_a_text_with_single_blanks_between_them():
    (found,) = read(row(["Ada", "Love", "of", "Ås"], ["B-PER", "I-PER", "O", "B-LOC"], number=4, lines=4))
    assert found == Row(4, {"x": "Ada Love of Ås", "y": ((0, 8, "PER"), (12, 14, "LOC"))})


def test_a_text_stays_as_it_is():
    (found,) = read(row(" Ada  Love", [[1, 10, "PER"]]))
    assert found.values == {"x": " Ada  Love", "y": ((1, 10, "PER"),)}
    (found,) = read(row(b"Ada", "[]"))
    assert found.values == {"x": "Ada", "y": ()}


def test_tags_may_be_ids_and_words_may_have_a_prefix():
    (found,) = read(row(["en:a", "en:b", "c"], [0, 1, 2]), tags=("O", "B-X", "I-X"), word_prefix="en:")
    assert found.values == {"x": "a b c", "y": ((2, 5, "X"),)}


def test_tasks_of_label_studio():
    value = {"start": 0, "end": 3, "text": "Ada", "labels": ["PER"]}
    annotations = [{"id": 7, "result": [{"type": "labels", "value": value}]}]
    (found,) = read(row({"text": "Ada is", "id": 3}, annotations))
    assert found.values == {"x": "Ada is", "y": ((0, 3, "PER"),)}


def test_relations_between_entities_are_no_entities():
    """Label Studio keeps them in the same list."""
    value = {"start": 0, "end": 3, "text": "Ada", "labels": ["PER"]}
    relation = {"from_id": "a", "to_id": "b", "type": "relation", "direction": "right", "labels": ["knows"]}
    annotations = [{"id": 7, "result": [{"type": "labels", "value": value}, relation]}]
    (found,) = read(row({"text": "Ada is"}, annotations))
    assert found.values["y"] == ((0, 3, "PER"),)


def test_tasks_of_label_studio_that_nobody_has_finished_are_left_out_and_counted():
    """Read as texts without entities, they would teach that nothing in them is one."""
    done = {"was_cancelled": False, "result": [{"value": {"start": 0, "end": 3, "labels": ["PER"]}}]}
    skipped = {"was_cancelled": True, "result": []}
    cells = [[done], [skipped], [], [skipped, done], [done, done]]
    *rows, remark = read(*(row({"text": "Ada is"}, cell, number) for number, cell in enumerate(cells, 1)))
    assert [(found.number, type(found)) for found in rows] == [(1, Row), (4, Row), (5, BadRow)]
    assert rows[2].message == "y has 2 annotations of this text"
    assert remark == Remark("2 rows are left out that no annotator has finished: f:2, f:3")


def test_the_text_of_a_task_is_the_only_one():
    annotations = [{"result": [{"value": {"start": 0, "end": 3, "labels": ["PER"]}}]}]
    (found,) = read(row({"sentence": "Ada is", "id": 3}, annotations))
    assert found.values["x"] == "Ada is"
    (found,) = read(row({"sentence": "Ada is", "from": "a.txt"}, annotations))
    assert (found.reason, found.message) == ("several texts", "x has 2 texts: sentence, from")


def test_tags_in_one_cell_of_text_belong_to_words_between_blanks():
    expected = {"x": "Ada is here", "y": ((0, 3, "PER"),)}
    for text in ("Ada is here", b"Ada  is here", '["Ada", "is", "here"]', "['Ada', 'is', 'here']"):
        for tags in ("B-PER O O", b"B-PER O O", '["B-PER", "O", "O"]', "['B-PER', 'O', 'O']"):
            (found,) = read(row(text, tags))
            assert found.values == expected
    (found,) = read(row("Ada is", "B-PER O O"))
    assert (found.reason, found.message) == ("words and tags", "y has 3 tags for 2 words")
    (found,) = read(row(b"Ad\xe4", "B-PER"))
    assert found.reason == "bad UTF-8"


def test_an_accepted_text_of_prodigy_without_marks_has_no_entities():
    found, other = read(Row(1, {"x": "Ada", "answer": "accept"}), Row(2, {"x": "Ada"}))
    assert (found.values["y"], "y" in other.values) == ((), False)


def test_texts_whose_marks_prodigys_user_called_wrong_are_left_out_and_counted():
    marks = [[0, 3, "PER"]]
    judged = [
        Row(number, {"x": "Ada", "y": marks, "answer": answer})
        for number, answer in enumerate(["accept", "reject", "ignore", "accept", "reject", "reject"], 1)
    ]
    *rows, remark = read(*judged)
    assert [found.number for found in rows] == [1, 4]
    assert remark == Remark("4 rows are left out whose annotator's answer is reject or ignore: f:2, f:3, f:5, …")
    # A column of that name may be the text itself.
    items = [Header("f", ("answer", "y")), Row(1, {"answer": "reject", "y": [[0, 6, "X"]]})]
    _, found = EntityRows("answer", "y", tags=None, word_prefix="")(items)
    assert found.values["y"] == ((0, 6, "X"),)


def test_words_of_prodigy():
    (found,) = read(row([{"text": "a", "start": 0}, {"text": "b", "start": 2}], ["O", "B-X"]))
    assert found.values["x"] == "a b"


@pytest.mark.parametrize(
    ("x", "y", "reason", "message"),
    [
        (["a", "b"], ["O"], "words and tags", "y has 1 tags for 2 words"),
        (["a"], "O", "words and tags", "y is no list of tags, though x is a list of words"),
        (["a", ""], ["O", "O"], "empty word", "x has an empty word"),
        (["a", 3], ["O", "O"], "empty word", "x has an empty word, or one that is no string"),
        (["a"], ["B"], "bad tag", "the tag 'B' has no type"),
        (["a"], [1], "ids of tags", "y has ids, but no names of tags are known"),
        ("Ada", [[0, 4, "X"]], "outside the text", "the text has 3 characters"),
        (b"Ad\xe4 ", [[0, 3, "X"]], "bad UTF-8", "x is not UTF-8: its byte 3 is 0xe4"),
    ],
)
def test_a_row_that_can_not_be_read_says_why(x, y, reason, message):
    (found,) = read(row(x, y, number=3))
    assert isinstance(found, BadRow)
    assert (found.number, found.reason) == (3, reason)
    assert message in found.message


def test_an_id_without_a_name():
    (found,) = read(row(["a"], [2]), tags=("O", "B-X"))
    assert found.message == "y has the id 2, but ids are 0 to 1"


def test_at_the_end_of_a_file_it_is_told_what_was_mended():
    found = read(
        row(["a", "b"], ["B-X", "I-Y"], number=5, lines=2),
        row(["a"], ["I-X"], number=9),
        Header("g", ("x", "y")),
        row("Adams", [[0, 3, "PER"]]),
    )
    remarks = [item.message for item in found if isinstance(item, Remark)]
    assert remarks == [
        "2 tags continue an entity that has not begun, and are read as B: I-Y at f:6, I-X at f:9",
        "1 entity begins or ends inside a word, which is taken whole: 'Ada' at g:1",
    ]
    assert [type(item) for item in found] == [Row, Row, Remark, Header, Row, Remark]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        *(("我爱北京", 2), ("서울에서", 2), ("トヨタは", 3), ("ราคา", 2), ("Привет", 3), ("İzmir", 1)),
        *(("100€", 3), ("Apple®", 5), ("Paris🎉", 5), ("U.S.", 1), ("C++", 1), ("a…b", 1), ("10$", 2), ("Ada Bob", 3)),
    ],
)
def test_what_cuts_a_word_is_told_where_bert_has_one_word(text, end):
    words = BertPreTokenizer().pre_tokenize_str(BertNormalizer(lowercase=False).normalize_str(text))
    pieces = [piece.strip() for piece, _ in words]
    # The word that the entity begins goes on behind it.
    is_cut = len(pieces[0]) > end
    assert any(isinstance(item, Remark) for item in read(row(text, [[0, end, "X"]]))) == is_cut


def test_rows_without_these_columns_pass():
    (found,) = read(Row(1, {"x": "a"}))
    assert found == Row(1, {"x": "a"})


def test_rows_of_a_block_are_those_that_are_read_one_by_one():
    words = st.lists(st.sampled_from(["Ada", "of", "", "en:x"]), min_size=1, max_size=2)
    tags = st.lists(st.sampled_from(["O", "B-X", "I-X", "I-Y", "?"]), min_size=1, max_size=2)
    texts = st.tuples(st.sampled_from(["Ada is", "AdaB"]), st.sampled_from(["[]", '[[0, 3, "X"]]', "no"]))
    of_lines = st.builds(lambda x, y: row(x, y, lines=len(x)), words, tags)
    rows = st.lists(of_lines | st.builds(lambda cells: row(*cells), texts) | st.just(BadRow(0, "bad", "it is bad")))

    @given(first=rows, second=rows, times=st.integers(1, 3))
    def same(first, second, times):
        listed = [*(first * times), *second]
        numbered = [each._replace(number=number) for number, each in enumerate(listed, start=1)]
        cut = len(first)
        blocks = [block_of(part, wanted=["x", "y"]) for part in (numbered[:cut], numbered[cut:]) if part]
        assert list(row_by_row(read(*blocks, word_prefix="en:"))) == read(*numbered, word_prefix="en:")

    same()


def test_a_block_stays_one_where_no_place_has_to_be_shown():
    block = block_of([row(["Ada"], ["B-PER"]), row(["is"], ["O"])], wanted=["x", "y"])
    (found,) = read(block)
    assert isinstance(found, RowBlock)
    assert found.good_row(0) == row("Ada", ((0, 3, "PER"),))
