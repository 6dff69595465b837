"""The checked rows of one source split, and the parts that become splits of the run."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from bert_tf.data.bad_rows import Problems
from bert_tf.data.checked_rows import CheckedBlock, Seen, checked_blocks
from bert_tf.data.checks import Columns
from bert_tf.data.examples import Encoding, Examples, ExamplesWriter, move_into, open_examples
from bert_tf.data.row_blocks import BlockItem, Cells, combined, in_order
from bert_tf.data.target import Target, Value, Values


@dataclass(frozen=True, eq=False)
class Pool:
    """Checked rows of one source split, or a part of them.

    Attributes:
        examples: All rows of the source split.
        all_values: The label of each of them.
        text_hashes: uint64[n], equal where text and pair are.
        rows: int64[m], the rows of `examples` that belong to this part, ascending.
        seen: What was counted while the source split was read.
    """

    examples: Examples
    all_values: Values
    text_hashes: np.ndarray
    rows: np.ndarray
    seen: Seen

    def part(self, chosen: np.ndarray) -> "Pool":
        """The rows of this part where `chosen` (bool[m]) is true."""
        return replace(self, rows=self.rows[chosen])

    def changed(self, change: Callable[[Value], Value]) -> "Pool":
        """With another label for some labels."""
        return replace(self, all_values=self.all_values.changed(change))

    @property
    def values(self) -> Values:
        """The labels of this part."""
        return self.all_values.of(self.rows)


class _Codes:
    """Labels while what they will be stored as is not known: each is a number, in the order of their first rows."""

    type = pa.int32()
    facts: Mapping[str, Any] = MappingProxyType({})

    def __init__(self) -> None:
        self.code_of: dict[Value, int] = {}

    def encode(self, label: Value) -> int:
        return self.code_of.setdefault(label, len(self.code_of))

    def content(self, label: Value) -> bytes:
        del label  # the file is gone before its name could matter
        return b""


def read_pool(
    items: Iterable[BlockItem],
    *,
    path: Path,
    split: str,
    columns: Columns,
    target: Target,
    problems: Problems,
) -> Pool:
    """Check each row; write the good ones to `path` and record the others in `problems`.

    Args:
        items: What a reader yields.
        path: File to write.
        split: `train`, `validation` or `test`, to count problems under.
        columns: The columns of an example.
        target: What a label is, and which ones a row may have.
        problems: Where bad rows and missing columns are recorded.
    """
    codes, seen, hashes = _Codes(), Seen(), [np.empty(0, np.uint64)]
    blocks = checked_blocks(items, split=split, columns=columns, target=target, problems=problems, seen=seen)
    has_pairs = columns.text_pair is not None
    with ExamplesWriter(path, has_pairs=has_pairs, encoding=codes, is_lasting=False) as writer:
        for block in blocks:
            hashes.append(text_hashes(block))
            texts, pairs = _binary(block.texts), None if block.pairs is None else _binary(block.pairs)
            writer.add(texts=texts, pairs=pairs, labels=block.labels, weights=block.weights, places=block.places)
    examples = open_examples(path)
    values = Values(tuple(codes.code_of), examples.targets)
    return Pool(examples, values, np.concatenate(hashes), np.arange(len(examples)), seen)


def draw_parts(
    pools: Mapping[str, Pool], target: Target, *, shares: Mapping[str, float], seed: int, keep_together: bool
) -> dict[str, Pool]:
    """The pools, with `train` divided into what is left of it and one drawn part for each share.

    Args:
        pools: By split.
        target: Draws.
        shares: By split.
        seed: Of the draw.
        keep_together: Whether rows of equal text (and pair) are drawn together.
    """
    train = pools["train"]
    if not shares or not len(train.rows):
        return {**dict.fromkeys(shares, train), **pools}
    groups = np.unique(train.text_hashes[train.rows], return_inverse=True)[1] if keep_together else None
    numbers = target.draw(train.values, shares=list(shares.values()), seed=seed, groups=groups)
    drawn = {split: train.part(numbers == number) for number, split in enumerate(shares, start=1)}
    return {**pools, "train": train.part(numbers == 0), **drawn}


def store(pool: Pool, *, folder: Path, scratch: Path, encoding: Encoding) -> Examples:
    """Write the rows of a part to a file in `folder` that is named by its content, and map it.

    Args:
        pool: The part.
        folder: Where the file goes once it is whole.
        scratch: A folder on the same filesystem for the file while it is written.
        encoding: Of the run's labels.
    """
    path = scratch / "part"
    with ExamplesWriter(path, has_pairs=pool.examples.has_pairs, encoding=encoding) as writer:
        for first, columns in pool.examples.parts():
            start, stop = np.searchsorted(pool.rows, (first, first + columns.num_rows))
            rows = pool.rows[start:stop]
            if not len(rows):
                continue
            chosen = columns.take(pa.array(rows - first))
            order = in_order(pool.all_values.codes[rows])
            writer.add(
                texts=chosen.column("text"),
                pairs=chosen.column("pair") if pool.examples.has_pairs else None,
                labels=Cells([pool.all_values.distinct[code] for code in order.codes], order.places),
                weights=pool.examples.weights[rows],
                places=chosen.column("place"),
            )
    return open_examples(move_into(folder, path, name=writer.file_name))


def text_hashes(block: CheckedBlock) -> np.ndarray:
    """uint64[n], equal where text and pair are."""
    texts, pairs = block.texts, block.pairs
    order = in_order(texts.codes if pairs is None else combined([texts.codes, pairs.codes]))
    found = [
        _text_hash(texts.values[texts.codes[row]], b"" if pairs is None else pairs.values[pairs.codes[row]])
        for row in order.first.tolist()
    ]
    return np.array(found, np.uint64)[order.places]


def _text_hash(text: bytes, pair: bytes) -> int:
    digest = hashlib.blake2b(len(text).to_bytes(8) + text + pair, digest_size=8)
    return int.from_bytes(digest.digest())


def _binary(cells: Cells) -> pa.Array:
    return pa.array(cells.values, pa.binary()).take(pa.array(cells.codes))
