"""From a source to checked splits on disk: read, check, draw, write, report."""

import functools
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from bert_tf.data.checks import Columns
from bert_tf.data.examples import Examples, writing
from bert_tf.data.pools import Pool, draw_parts, read_pool, store
from bert_tf.data.problems import Problems
from bert_tf.data.report import DataReport, make_report
from bert_tf.data.rows import Item
from bert_tf.data.sources import open_source
from bert_tf.errors import DataError


@dataclass(frozen=True)
class Splits:
    """Checked examples, ready to be made into batches.

    Attributes:
        train: Rows to learn from.
        validation: Rows to choose the best epoch by, if the source has or gave any.
        test: Rows for the final scores, if the source has or gave any.
        label_names: Names of the classes, in the order of the model's outputs.
        report: What was counted on the way.
    """

    train: Examples
    validation: Examples | None
    test: Examples | None
    label_names: tuple[str, ...]
    report: DataReport


def load_splits(
    *,
    source: str,
    train: str = "train",
    validation: str | float | None = None,
    test: str | float | None = None,
    text: str = "text",
    text_pair: str | None = None,
    label: str = "label",
    weight: str | None = None,
    labels: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    delimiter: str | None = None,
    data_dir: str | None = None,
    on_bad_row: Literal["fail", "skip"] = "fail",
    seed: int = 1,
    cache_folder: Path,
) -> Splits:
    """Read all splits, check every row, and keep the examples in `cache_folder/examples`.

    Args:
        source: `tfds:NAME[/CONFIG]`, `files` or `package:NAME`.
        train: Split name, path or glob; a slice may follow, such as `[:2000]`.
        validation, test: Like `train`, or the share of the train rows (above 0, below 1) that is drawn for it.
        text: Column of the text.
        text_pair: Column of the second text, if examples are pairs.
        label: Column of the label.
        weight: Column of the example's weight; without it each row weighs 1.
        labels: All labels in the order of the outputs; else those of train, as numbers if all are whole, else as text.
        columns: Names of the columns of delimited files without header.
        delimiter: Character between fields of delimited files.
        data_dir: TFDS folder.
        on_bad_row: `fail` raises with the list of bad rows, `skip` counts them in the report.
        seed: Seed of the stratified draw.
        cache_folder: Folder for the memory-mapped examples; made if it isn't there.

    Raises:
        DataError: Anything wrong with the data, all bad rows at once; or no room to write.
    """
    wanted = Columns(text, text_pair, label, weight)
    names = {"train": train, "validation": validation, "test": test}
    shares = {split: share for split, share in names.items() if isinstance(share, float)}
    _check_shares(shares)
    problems = Problems(on_bad_row)
    folder = cache_folder / "examples"
    with _scratch_folder(folder) as scratch:
        read = functools.partial(
            open_source, source, wanted=wanted.named(), columns=columns, delimiter=delimiter, data_dir=data_dir
        )
        pools = _read_pools(read, names, wanted=wanted, labels=labels, problems=problems, scratch=scratch)
        problems.raise_if_any()
        label_names = tuple(labels or sorted_names(pools["train"].label_names))
        drawn = draw_parts(pools, shares=shares, seed=seed)
        parts = {split: drawn[split] for split in names if split in drawn}
        _check_parts(parts, names=names, problems=problems)
        examples = {
            split: store(part, folder=folder, scratch=scratch, label_names=label_names) for split, part in parts.items()
        }
    hashes = {split: part.text_hashes[part.rows] for split, part in parts.items()}
    report = make_report(examples, text_hashes=hashes, problems=problems)
    return Splits(examples["train"], examples.get("validation"), examples.get("test"), label_names, report)


def _read_pools(
    read: Callable[[str], Iterable[Item]],
    names: Mapping[str, str | float | None],
    *,
    wanted: Columns,
    labels: Sequence[str] | None,
    problems: Problems,
    scratch: Path,
) -> dict[str, Pool]:
    """The rows of each split that has a source of its own; train first, whose labels the others must keep to."""
    pools: dict[str, Pool] = {}
    for split, name in names.items():
        if isinstance(name, str):
            pools[split] = read_pool(
                read(name),
                path=scratch / split,
                split=split,
                columns=wanted,
                known_labels=labels or (pools["train"].label_names if pools else None),
                problems=problems,
            )
    return pools


@contextmanager
def _scratch_folder(folder: Path) -> Iterator[Path]:
    """A folder beside the lasting files that is gone afterwards, whatever happens."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(prefix=".partial-", dir=folder)
    with scratch as path:
        yield Path(path)


def _check_shares(shares: Mapping[str, float]) -> None:
    if any(not 0 < share < 1 for share in shares.values()) or sum(shares.values()) >= 1:
        found = ", ".join(f"{split} = {share}" for split, share in shares.items())
        raise DataError(
            f"The shares leave nothing to train on: {found}.", hint="shares above 0 that add up to less than 1"
        )


def _check_parts(parts: Mapping[str, Pool], *, names: Mapping[str, str | float | None], problems: Problems) -> None:
    for split, part in parts.items():
        if len(part.rows):
            continue
        if isinstance(names[split], float):
            what = f"The {split} split gets no row: {names[split]} of {len(part.examples)} rows is too few."
            raise DataError(what, where=f"data.{split}", hint="a larger share, or more rows")
        skipped = sum(problems.reasons.get(split, {}).values())
        reason = f"all {skipped:,} were skipped" if skipped else "its source has none"
        raise DataError(f"The {split} split is left with no row: {reason}.", where=f"data.{split} = {names[split]!r}")
    train = parts["train"]
    seen = np.unique(train.examples.labels[train.rows])
    if len(seen) < 2:
        raise DataError(
            f"All {len(train.rows):,} rows of train have the label {train.label_names[seen[0]]!r}; "
            "a classifier needs two or more.",
            where=f"data.train = {names['train']!r}",
            hint="another slice if the source is sorted by label, or another data.label",
        )


def sorted_names(names: Sequence[str]) -> list[str]:
    """By value when all are whole numbers, else by text."""
    try:
        return sorted(names, key=int)
    except ValueError:
        return sorted(names)
