"""The checked rows of one source split, and the parts that become splits of the run."""

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bert_tf.data.bad_rows import Problems
from bert_tf.data.checked_rows import Seen, checked_rows
from bert_tf.data.checks import Columns, Example
from bert_tf.data.examples import ROWS_IN_BATCH, Examples, ExamplesWriter, move_into, open_examples
from bert_tf.data.fractions import stratified_parts
from bert_tf.data.labels import LabelNames
from bert_tf.data.rows import Item


@dataclass(frozen=True, eq=False)
class Pool:
    """Checked rows of one source split, or a part of them.

    Attributes:
        examples: All rows of the source split.
        labels: int[n], the label of each of them, as an index into `label_names`.
        label_names: Labels in the order in which they first appear.
        text_hashes: uint64[n], equal where text and pair are.
        rows: int64[m], the rows of `examples` that belong to this part, ascending.
        seen: What was counted while the source split was read.
    """

    examples: Examples
    labels: np.ndarray
    label_names: tuple[str, ...]
    text_hashes: np.ndarray
    rows: np.ndarray
    seen: Seen

    def part(self, chosen: np.ndarray) -> "Pool":
        """The rows of this part where `chosen` (bool[m]) is true."""
        return replace(self, rows=self.rows[chosen])

    def renamed(self, names: Mapping[str, str]) -> "Pool":
        """With other names for some labels; labels of one name become one."""
        new = [names.get(name, name) for name in self.label_names]
        codes = {name: code for code, name in enumerate(dict.fromkeys(new))}
        lookup = np.array([codes[name] for name in new], dtype=np.int32)
        return replace(self, labels=lookup[self.labels], label_names=tuple(codes))

    @property
    def is_sorted_by_label(self) -> bool:
        """Whether the rows of each label stand together in the source."""
        return int(np.count_nonzero(np.diff(self.labels))) + 1 == len(self.label_names)


def read_pool(
    items: Iterable[Item],
    *,
    path: Path,
    split: str,
    columns: Columns,
    known: LabelNames | None,
    problems: Problems,
) -> Pool:
    """Check each row; write the good ones to `path` and record the others in `problems`.

    Args:
        items: What a reader yields.
        path: File to write.
        split: `train`, `validation` or `test`, to count problems under.
        columns: The columns of an example.
        known: The labels that a row may have; None when any will do.
        problems: Where bad rows and missing columns are recorded.
    """
    codes: dict[str, int] = {}
    hashes, seen = array("Q"), Seen()
    rows = checked_rows(items, split=split, columns=columns, known=known, problems=problems, seen=seen)
    with ExamplesWriter(path, has_pairs=columns.text_pair is not None) as writer:
        for place, example in rows:
            code = codes.setdefault(example.label, len(codes))
            hashes.append(text_hash(example))
            writer.add(example, label=code, place=place)
    examples = open_examples(path)
    text_hashes = np.frombuffer(hashes, dtype=np.uint64)
    return Pool(examples, examples.labels, tuple(codes), text_hashes, np.arange(len(examples)), seen)


def draw_parts(
    pools: Mapping[str, Pool], *, shares: Mapping[str, float], seed: int, keep_together: bool
) -> dict[str, Pool]:
    """The pools, with `train` divided into what is left of it and one drawn part for each share.

    Args:
        pools: By split.
        shares: By split.
        seed: Of the draw.
        keep_together: Whether rows of equal text (and pair) are drawn together.
    """
    if not shares:
        return dict(pools)
    train = pools["train"]
    groups = np.unique(train.text_hashes[train.rows], return_inverse=True)[1] if keep_together else None
    numbers = stratified_parts(train.labels[train.rows], groups=groups, shares=list(shares.values()), seed=seed)
    drawn = {split: train.part(numbers == number) for number, split in enumerate(shares, start=1)}
    return {**pools, "train": train.part(numbers == 0), **drawn}


def store(pool: Pool, *, folder: Path, scratch: Path, label_names: tuple[str, ...]) -> Examples:
    """Write the rows of a part to a file in `folder` that is named by its content, and map it.

    Args:
        pool: The part.
        folder: Where the file goes once it is whole.
        scratch: A folder on the same filesystem for the file while it is written.
        label_names: All labels of the run, in order.
    """
    path = scratch / "part"
    place_of = {name: place for place, name in enumerate(label_names)}
    labels = [place_of[name] for name in pool.label_names]
    with ExamplesWriter(path, has_pairs=pool.examples.has_pairs, label_names=label_names) as writer:
        for place, code, example in _stored_rows(pool):
            writer.add(example, label=labels[code], place=place)
    return open_examples(move_into(folder, path, name=writer.file_name))


def text_hash(example: Example) -> int:
    """64 bits that are equal where text and pair are."""
    digest = hashlib.blake2b(len(example.text).to_bytes(8) + example.text + (example.pair or b""), digest_size=8)
    return int.from_bytes(digest.digest())


def _stored_rows(pool: Pool) -> Iterator[tuple[str, int, Example]]:
    for first in range(0, len(pool.examples), ROWS_IN_BATCH):
        last = first + ROWS_IN_BATCH
        texts, pairs = pool.examples.texts(first, last), pool.examples.pairs(first, last)
        places = pool.examples.places(first, last)
        for row in pool.rows[np.searchsorted(pool.rows, first) : np.searchsorted(pool.rows, last)]:
            code = int(pool.labels[row])
            pair = pairs[row - first] if pairs is not None else None
            weight = float(pool.examples.weights[row])
            yield places[row - first], code, Example(texts[row - first], pair, pool.label_names[code], weight)
