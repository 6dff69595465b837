import json

from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.remarks import Remarks
from bert_tf.data.row_blocks import block_of
from bert_tf.data.rows import BadRow, Header, Remark, Row


def test_what_was_done_with_each_file_is_told_once():
    remarks = Remarks()
    for item in (
        Header("a.csv", ("text",)),
        Remark("the first line is skipped"),
        Row(2, {}, 1),
        Row(3, {}, 4),
        BadRow(7, "broken row", "", 3),
        Header("b.csv", ("text",)),
        Row(2, {}, 2),
        Row(4, {}, 9),
        Header("a.csv", ("text",)),
        Remark("the first line is skipped"),
    ):
        remarks.heed(item)
    assert remarks.messages == [
        "a.csv: the first line is skipped",
        'a.csv: 1 row spans 4 lines, at a.csv:3; if quotes are ordinary characters there, set data.quote = "none" '
        "(score, monitor and index take --quote none)",
        "b.csv: 2 rows span several lines, the longest 9 at b.csv:4; "
        'if quotes are ordinary characters there, set data.quote = "none" '
        "(score, monitor and index take --quote none)",
        "a.csv: 3 lines dropped with broken rows",
    ]


CELLS = st.sampled_from(["x", None, ["a", "b"]])
ROWS = st.builds(
    Row, st.integers(1, 99), st.dictionaries(st.sampled_from(["text", "label"]), CELLS), st.integers(1, 4)
) | st.builds(BadRow, st.integers(1, 99), st.just("broken row"), st.just("why"), st.integers(1, 4))


@given(rows=st.lists(ROWS, max_size=12))
def test_what_a_block_says_is_what_its_rows_say(rows):
    by_row, by_block = Remarks(), Remarks()
    for remarks, items in ((by_row, rows), (by_block, [block_of(rows, wanted=["text", "label"])])):
        remarks.heed(Header("a.csv", ("text", "label")))
        for item in items:
            remarks.heed(item)
    assert by_block.as_json() == by_row.as_json()


def test_remarks_of_two_parts_of_a_file_are_those_of_the_file():
    items = [
        Header("a.csv", ("text",)),
        Remark("x"),
        Row(2, {}, 4),
        BadRow(7, "", "", 3),
        Row(9, {}, 5),
        BadRow(14, "", "", 2),
    ]
    whole, first, second = Remarks(), Remarks(), Remarks()
    for part, chosen in ((whole, items), (first, items[:4]), (second, [items[0], *items[4:]])):
        for item in chosen:
            part.heed(item)
    first.join(json.loads(json.dumps(second.as_json())))
    assert first.messages == whole.messages
