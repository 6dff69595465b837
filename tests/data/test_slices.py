"""The slice grammar, held against Python's own slices and TFDS's rounding."""

from collections.abc import Iterable, Iterator

import pytest
import tensorflow_datasets as tfds
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.row_blocks import BlockItem, gathered, row_by_row
from bert_tf.data.rows import BadRow, Header, Item, Row
from bert_tf.data.slices import parse_split, sliced
from bert_tf.errors import DataError


def two_files() -> Iterator[Item]:
    yield Header("a.csv", ("text",))
    yield from (Row(number, {}) for number in (2, 3, 4))
    yield Header("b.csv", ("text",))
    yield BadRow(2, "broken row", "…")
    yield Row(3, {})


def taken(split: str) -> list[str]:
    rows = parse_split(split)[1]
    assert rows is not None
    one_by_one = places_of(sliced(two_files, rows, split=split))
    assert places_of(sliced(in_blocks, rows, split=split)) == one_by_one
    return one_by_one


def in_blocks() -> Iterator[BlockItem]:
    return gathered(two_files(), wanted=[])


def places_of(items: Iterable[BlockItem]) -> list[str]:
    places, file = [], ""
    for item in row_by_row(items):
        if isinstance(item, Header):
            file = item.name
        elif isinstance(item, Row | BadRow):
            places.append(f"{file}:{item.number}")
    return places


ALL = ["a.csv:2", "a.csv:3", "a.csv:4", "b.csv:2", "b.csv:3"]


@pytest.mark.parametrize("part", ["[:2]", "[1:]", "[1:4]", "[-2:]", "[:-2]", "[-4:-1]", "[:]", "[3:5]"])
def test_counts_are_those_of_a_python_slice(part: str) -> None:
    assert taken(f"x{part}") == eval(f"ALL{part}")


@given(start=st.integers(0, 100), stop=st.integers(0, 100), total=st.integers(1, 3000))
def test_percentages_are_rounded_as_tfds_rounds(start: int, stop: int, total: int) -> None:
    theirs = tfds.core.ReadInstruction("train", from_=start, to=stop, unit="%").to_absolute({"train": _info(total)})[0]
    _, rows = parse_split(f"train[{start}%:{stop}%]")
    assert rows is not None
    assert rows.bounds(total) == (theirs.from_ or 0, total if theirs.to is None else theirs.to)


def _info(total: int) -> tfds.core.SplitInfo:
    return tfds.core.SplitInfo(name="train", shard_lengths=[total], num_bytes=0)


def test_percentages_of_five_rows() -> None:
    assert taken("x[:40%]") == ALL[:2]
    assert taken("x[40%:]") == ALL[2:]


def test_without_brackets_there_is_no_slice() -> None:
    assert parse_split("data/[ab].csv") == ("data/[ab].csv", None)


@pytest.mark.parametrize("split", ["train[abc]", "train[5]", "train[1:2:3]", "train[:1.5]", "[:3]", "train[:5%%]"])
def test_a_bad_slice_gets_a_sentence(split: str) -> None:
    with pytest.raises(DataError, match=r"can't be read") as caught:
        parse_split(split)
    assert "[:2000], [90%:]" in str(caught.value)


@pytest.mark.parametrize("split", ["x[3:3]", "x[4:2]", "x[:0]", "x[-1:2]"])
def test_a_slice_without_a_row_is_refused(split: str) -> None:
    with pytest.raises(DataError, match="has no row"):
        taken(split)


@pytest.mark.parametrize("split", ["x[:6]", "x[5:]", "x[9:]"])
def test_a_slice_past_the_end_is_refused(split: str) -> None:
    with pytest.raises(DataError, match="reaches past the end: it has 5 rows"):
        taken(split)
