"""The checked rows of one source split, and the parts that become splits of the run."""

import hashlib
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bert_tf.data.checks import Columns, Example, Refusal, check_row
from bert_tf.data.examples import ROWS_IN_BATCH, Examples, ExamplesWriter, move_into, open_examples
from bert_tf.data.fractions import stratified_parts
from bert_tf.data.nearest import did_you_mean
from bert_tf.data.problems import Problems
from bert_tf.data.rows import BadRow, Header, Item


@dataclass(frozen=True, eq=False)
class Pool:
    """Checked rows of one source split, or a part of them.

    Attributes:
        examples: All rows of the source split; their labels point into `label_names`.
        label_names: Labels in the order in which they first appear.
        text_hashes: uint64[n], equal where text and pair are.
        rows: int64[m], the rows of `examples` that belong to this part, ascending.
    """

    examples: Examples
    label_names: tuple[str, ...]
    text_hashes: np.ndarray
    rows: np.ndarray

    def part(self, chosen: np.ndarray) -> "Pool":
        """The rows where `chosen` (bool[n]) is true."""
        return Pool(self.examples, self.label_names, self.text_hashes, np.flatnonzero(chosen))


def read_pool(
    items: Iterable[Item],
    *,
    path: Path,
    split: str,
    columns: Columns,
    known_labels: Collection[str] | None,
    problems: Problems,
) -> Pool:
    """Check each row; write the good ones to `path` and record the others in `problems`.

    Args:
        items: What a reader yields.
        path: File to write.
        split: `train`, `validation` or `test`, to count problems under.
        columns: The columns of an example.
        known_labels: Labels that a row may have; None when any will do.
        problems: Where bad rows and missing columns are recorded.
    """
    codes: dict[str, int] = {}
    hashes = array("Q")
    with ExamplesWriter(path, has_pairs=columns.text_pair is not None) as writer:
        for place, example in _good_rows(items, split=split, columns=columns, known=known_labels, problems=problems):
            code = codes.setdefault(example.label, len(codes))
            hashes.append(_text_hash(example))
            writer.add(example, label=code, place=place)
    examples = open_examples(path)
    return Pool(examples, tuple(codes), np.frombuffer(hashes, dtype=np.uint64), np.arange(len(examples)))


def draw_parts(pools: Mapping[str, Pool], *, shares: Mapping[str, float], seed: int) -> dict[str, Pool]:
    """The pools, with `train` divided into what is left of it and one drawn part for each share."""
    if not shares:
        return dict(pools)
    train = pools["train"]
    numbers = stratified_parts(train.examples.labels, shares=list(shares.values()), seed=seed)
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
    labels = [label_names.index(name) for name in pool.label_names]
    with ExamplesWriter(path, has_pairs=pool.examples.has_pairs, label_names=label_names) as writer:
        for place, code, example in _stored_rows(pool):
            writer.add(example, label=labels[code], place=place)
    return open_examples(move_into(folder, path, name=writer.file_name))


def _good_rows(
    items: Iterable[Item], *, split: str, columns: Columns, known: Collection[str] | None, problems: Problems
) -> Iterator[tuple[str, Example]]:
    name, is_usable = split, True
    for item in items:
        if isinstance(item, Header):
            name, is_usable = item.name, _has_columns(item, columns, problems)
            continue
        if not is_usable:
            continue
        checked = Refusal(item.reason, item.message) if isinstance(item, BadRow) else check_row(item.values, columns)
        if isinstance(checked, Example) and known is not None and checked.label not in known:
            checked = _unknown_label(checked.label, split=split, column=columns.label, known=known)
        place = f"{name}:{item.number}"
        if isinstance(checked, Refusal):
            problems.add_row(split=split, place=place, reason=checked.reason, message=checked.message)
        else:
            yield place, checked


def _has_columns(header: Header, columns: Columns, problems: Problems) -> bool:
    missing = [column for column in columns.named() if column not in header.columns]
    for column in missing:
        hint = did_you_mean(column, header.columns)
        there = ", ".join(header.columns)
        problems.add_file(f"{header.name}: no column {column!r}; {f'{hint} ' if hint else ''}The columns are: {there}")
    return not missing


def _unknown_label(label: str, *, split: str, column: str, known: Collection[str]) -> Refusal:
    origin = "is not in data.labels" if split == "train" else "is never seen in training"
    hint = did_you_mean(label, known)
    return Refusal("unknown label", f"{column} {label!r} {origin}{f'; {hint}' if hint else ''}")


def _stored_rows(pool: Pool) -> Iterator[tuple[str, int, Example]]:
    for first in range(0, len(pool.examples), ROWS_IN_BATCH):
        last = first + ROWS_IN_BATCH
        texts, pairs = pool.examples.texts(first, last), pool.examples.pairs(first, last)
        places = pool.examples.places(first, last)
        for row in pool.rows[np.searchsorted(pool.rows, first) : np.searchsorted(pool.rows, last)]:
            code = int(pool.examples.labels[row])
            pair = pairs[row - first] if pairs is not None else None
            weight = float(pool.examples.weights[row])
            yield places[row - first], code, Example(texts[row - first], pair, pool.label_names[code], weight)


def _text_hash(example: Example) -> int:
    digest = hashlib.blake2b(len(example.text).to_bytes(8) + example.text + (example.pair or b""), digest_size=8)
    return int.from_bytes(digest.digest())
