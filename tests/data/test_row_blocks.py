"""Rows in blocks are the same rows: gathered and taken apart again, whatever their cells are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.row_blocks import RowBlock, combined, gathered, in_order, row_by_row
from bert_tf.data.rows import BadRow, Header, Remark, Row

cells = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.floats(allow_nan=False)
    | st.text(max_size=3)
    | st.lists(st.text())
)
values = st.dictionaries(st.sampled_from("abc"), cells)
rows = st.builds(Row, st.integers(1, 9), values, st.integers(1, 3))
bad_rows = st.builds(
    BadRow, st.integers(1, 9), st.sampled_from(["bad", "worse"]), st.text(max_size=2), st.integers(1, 3)
)
codes = st.lists(st.integers(0, 5), min_size=1)


@given(items=st.lists(rows | bad_rows | st.just(Header("x.csv", ("a",))) | st.just(Remark("so"))))
def test_what_is_gathered_is_taken_apart_again(items: list) -> None:
    expected = [
        item._replace(values={key: item.values[key] for key in "ab" if key in item.values})
        if isinstance(item, Row)
        else item
        for item in items
    ]
    found = list(row_by_row(gathered(items, wanted=["a", "b", "a"])))
    assert found == expected
    # Values that are equal may still differ: 1, 1.0 and True.
    assert list(map(repr, found)) == list(map(repr, expected))


def test_long_cells_end_a_block() -> None:
    items = [Row(number, {"text": "x" * (1 << 19)}) for number in range(1, 6)]
    assert [len(block) for block in gathered(items, wanted=["text"])] == [2, 2, 1]
    lists = [Row(number, {"text": [{"word": "x" * (1 << 19)}]}) for number in range(1, 4)]
    assert [len(block) for block in gathered(lists, wanted=["text"])] == [2, 1]


def test_a_block_passes_between_rows_in_its_place() -> None:
    (block,) = gathered([Row(1, {"a": "x"}), BadRow(2, "bad", "it is"), Row(3, {})], wanted=["a"])
    assert isinstance(block, RowBlock)
    assert [len(item) for item in gathered([Row(7, {}), block, Row(8, {})], wanted=["a"])] == [1, 3, 1]
    again = block.taken(np.array([2, 0, 0]))
    assert list(row_by_row([again])) == [Row(3, {}), Row(1, {"a": "x"}), Row(1, {"a": "x"})]


@given(codes=codes)
def test_codes_in_the_order_of_their_first_rows(codes: list[int]) -> None:
    found = in_order(np.array(codes))
    distinct = list(dict.fromkeys(codes))
    assert found.codes.tolist() == distinct
    assert found.first.tolist() == [codes.index(code) for code in distinct]
    assert [distinct[place] for place in found.places] == codes
    assert found.rows.tolist() == [codes.count(code) for code in distinct]


@given(both=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)), min_size=1))
def test_rows_are_combined_where_all_their_codes_are_equal(both: list[tuple[int, ...]]) -> None:
    found = combined([np.array(column) for column in zip(*both, strict=True)]).tolist()
    assert all((found[i] == found[j]) == (both[i] == both[j]) for i in range(len(both)) for j in range(len(both)))
