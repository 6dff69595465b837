"""The Arrow file of a split: what goes in comes out, its name is its content, and a full disk leaves nothing."""

import errno
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.examples import Examples, ExamplesWriter, move_into, open_examples, write_part, writing
from bert_tf.data.labels import LabelNames
from bert_tf.data.row_blocks import Cells
from bert_tf.errors import DataError
from bert_tf.tasks.classify.target import LearnedLabels

NAMES = ("neg", "pos")
ENCODING = LearnedLabels(LabelNames(NAMES, merge=False))


def write(path: Path, rows: list[tuple[bytes, bytes | None, int, float]], start: int = 1) -> Examples:
    has_pairs = any(pair is not None for _, pair, _, _ in rows)
    with ExamplesWriter(path, has_pairs=has_pairs, encoding=ENCODING) as writer:
        for first in range(0, len(rows), 1000):
            texts, pairs, labels, weights = zip(*rows[first : first + 1000], strict=True)
            places = [b"a.csv:%d" % (start + first + number) for number in range(len(texts))]
            writer.add(
                texts=pa.array(texts, pa.binary()),
                pairs=pa.array(pairs, pa.binary()) if has_pairs else None,
                labels=Cells(NAMES, np.array(labels, np.int32)),
                weights=np.array(weights),
                places=pa.array(places, pa.binary()),
            )
    return open_examples(move_into(path.parent, path, name=writer.file_name))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Examples:
    rows = [(f"text {number}".encode(), b"pair %d" % number, number % 2, number / 2) for number in range(2500)]
    return write(tmp_path_factory.mktemp("many") / "part", rows)


@given(start=st.integers(0, 2600), length=st.integers(0, 2600))
def test_any_range_is_that_of_a_list(many: Examples, start: int, length: int) -> None:
    numbers = list(range(2500))[start : start + length]
    assert many.texts(start, start + length) == [f"text {number}".encode() for number in numbers]
    assert many.pairs(start, start + length) == [f"pair {number}".encode() for number in numbers]
    assert many.places(start, start + length) == [f"a.csv:{number + 1}" for number in numbers]


@given(seed=st.integers(0, 99), share=st.sampled_from([0.0, 0.001, 0.5, 1.0]))
def test_a_part_has_its_rows_and_a_name_of_its_own(many: Examples, seed: int, share: float) -> None:
    rows = np.random.default_rng(seed).random(2500) < share
    with tempfile.TemporaryDirectory() as folder:
        part, other = (write_part(many, each, Path(folder)) for each in (rows, ~rows))
        numbers = np.flatnonzero(rows).tolist()
        assert part.texts(0, len(part)) == [f"text {number}".encode() for number in numbers]
        assert part.pairs(0, len(part)) == [f"pair {number}".encode() for number in numbers]
        assert part.places(0, len(part)) == [f"a.csv:{number + 1}" for number in numbers]
        assert part.targets.tolist() == [number % 2 for number in numbers]
        assert part.weights.tolist() == [number / 2 for number in numbers]
        assert part.facts == many.facts
        assert len({part.fingerprint, other.fingerprint, many.fingerprint}) == 3


def test_one_row(many: Examples) -> None:
    assert (many.text(2049), many.place(2049)) == ("text 2049", "a.csv:2050")
    with pytest.raises(IndexError, match="row 2500 of 2500"):
        many.text(2500)


def test_targets_and_weights_are_arrays(many: Examples) -> None:
    assert many.facts == {"label_names": NAMES}
    assert (many.targets.dtype, many.weights.dtype) == (np.int32, np.float32)
    np.testing.assert_array_equal(many.targets, np.arange(2500) % 2)
    np.testing.assert_array_equal(many.weights, np.arange(2500) / 2)


def test_single_texts_have_no_pairs(tmp_path: Path) -> None:
    examples = write(tmp_path / "part", [(b"a", None, 0, 1.0)])
    assert not examples.has_pairs
    assert examples.pairs(0, 1) is None
    assert len(examples) == 1


def test_a_split_without_rows_can_be_opened(tmp_path: Path) -> None:
    examples = write(tmp_path / "part", [])
    assert len(examples) == 0
    assert examples.texts(0, 10) == []


def test_large_texts_are_split_over_batches(tmp_path: Path) -> None:
    rows = [(bytes([65 + number]) * (3 << 20), None, 0, 1.0) for number in range(5)]
    assert write(tmp_path / "part", rows).texts(1, 5) == [text for text, *_ in rows[1:]]


BASE = [(b"ab", b"c", 0, 1.0), (b"d", b"e", 1, 1.0)]


@pytest.mark.parametrize(
    "changed",
    [
        [(b"a", b"bc", 0, 1.0), (b"d", b"e", 1, 1.0)],
        [(b"ab", b"c", 1, 1.0), (b"d", b"e", 1, 1.0)],
        [(b"ab", b"c", 0, 0.5), (b"d", b"e", 1, 1.0)],
        [(b"d", b"e", 1, 1.0), (b"ab", b"c", 0, 1.0)],
        [(b"ab", None, 0, 1.0), (b"d", None, 1, 1.0)],
        [(b"ab", b"c", 0, 1.0)],
    ],
)
def test_other_content_has_another_fingerprint(
    changed: list[tuple[bytes, bytes | None, int, float]], tmp_path: Path
) -> None:
    assert write(tmp_path / "one", BASE).fingerprint != write(tmp_path / "two", changed).fingerprint


def test_where_a_text_ends_is_part_of_the_fingerprint(tmp_path: Path) -> None:
    zeros = bytes(8)
    one = write(tmp_path / "one", [(b"a" + zeros + b"b", b"c", 0, 1.0)])
    two = write(tmp_path / "two", [(b"a", b"b" + zeros + b"c", 0, 1.0)])
    assert one.fingerprint != two.fingerprint


def test_the_same_content_has_the_same_fingerprint_wherever_it_stood(tmp_path: Path) -> None:
    one, two = write(tmp_path / "one", BASE), write(tmp_path / "two", BASE, start=9)
    assert one.fingerprint == two.fingerprint
    assert (one.place(0), two.place(0)) == ("a.csv:1", "a.csv:9")
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_that_is_there_already_is_replaced(tmp_path: Path) -> None:
    write(tmp_path / "part", BASE)
    (whole,) = tmp_path.iterdir()
    whole.write_bytes(b"damaged")
    assert write(tmp_path / "part", BASE).texts(0, 2) == [b"ab", b"d"]
    assert [path.name for path in tmp_path.iterdir()] == [whole.name]


def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="can't be written: no space left on device") as caught, writing(tmp_path):
        raise OSError(errno.ENOSPC, "full")
    assert str(tmp_path) in str(caught.value)


def test_what_pyarrow_raises_on_a_full_disk_is_an_oserror(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(OSError, match="No space left on device") as caught, pa.OSFile(str(full), "wb") as file:
        file.write(b"x" * 100_000)
    assert caught.value.errno == errno.ENOSPC


def test_the_first_rows(many: Examples) -> None:
    part = many.head(1500)
    assert (len(part), part.fingerprint, part.facts) == (1500, many.fingerprint, many.facts)
    assert part.texts(1400, 2000) == [f"text {number}".encode() for number in range(1400, 1500)]
    np.testing.assert_array_equal(part.weights, np.arange(1500) / 2)
    with pytest.raises(IndexError, match="row 1500 of 1500"):
        part.text(1500)
