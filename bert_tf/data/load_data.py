"""From a source to checked splits on disk: read, check, draw, write, report."""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from bert_tf.data.bad_rows import Problems
from bert_tf.data.causes import Cause, Surroundings, find_causes, raise_if_any
from bert_tf.data.checks import Columns
from bert_tf.data.data_report import DataReport, make_report
from bert_tf.data.duplicates import leaked_rows, no_leaks, without_repeats
from bert_tf.data.examples import Examples, writing
from bert_tf.data.file_format import AS_FOUND, FileFormat
from bert_tf.data.pools import Pool, draw_parts, read_pool, store
from bert_tf.data.row_blocks import BlockItem
from bert_tf.data.shots import with_shots
from bert_tf.data.sources import open_source
from bert_tf.data.target import LearnedTarget, Target
from bert_tf.errors import DataError
from bert_tf.permissions import private_folder
from bert_tf.plurals import counted
from bert_tf.temporaries import temporary_folder

# The split's name, path or glob, or its share of train, by split.
_Names = Mapping[str, str | float | None]


@dataclass(frozen=True)
class Splits:
    """Checked examples, ready to be made into batches.

    Attributes:
        train: Rows to learn from.
        validation: Rows to choose the best epoch by, if the source has or gave any.
        test: Rows for the final scores, if the source has or gave any.
        target: How their labels are stored, with what was learned of those of train.
        report: What was counted on the way.
        leaked: bool[n] for validation and test: whether a row's text (and pair) also stands in the training rows.
    """

    train: Examples
    validation: Examples | None
    test: Examples | None
    target: LearnedTarget
    report: DataReport
    leaked: dict[str, np.ndarray]

    @property
    def facts(self) -> Mapping[str, Any]:
        """What a run keeps of the target: `{"label_names": ("negative", "positive")}`."""
        return self.target.facts


def load_splits(
    *,
    source: str,
    train: str = "train",
    validation: str | float | None = None,
    test: str | float | None = None,
    text: str = "text",
    text_pair: str | None = None,
    target: Target,
    weight: str | None = None,
    duplicates: Literal["keep together", "drop", "as they are"] = "keep together",
    file_format: FileFormat = AS_FOUND,
    data_dir: str | None = None,
    on_bad_row: Literal["fail", "skip"] = "fail",
    seed: int = 1,
    per_label: int | None = None,
    cache_folder: Path,
) -> Splits:
    """Read all splits, check every row, and keep the examples in `cache_folder/examples`.

    Args:
        source: `tfds:NAME[/CONFIG]`, `files` or `package:NAME`.
        train: Split name, path or glob; a slice may follow, such as `[:2000]`.
        validation, test: Like `train`, or the share of the train rows (above 0, below 1) that is drawn for it.
        text: Column of the text.
        text_pair: Column of the second text, if examples are pairs.
        target: What a label is, and which columns it is read from.
        weight: Column of the example's weight; without it each row weighs 1.
        duplicates: Whether rows of equal text (and pair) are drawn to one side, all but the first left out, or neither.
        file_format: How files are to be read.
        data_dir: TFDS folder.
        on_bad_row: `fail` raises with the list of bad rows, `skip` counts them in the report.
        seed: Seed of the draw.
        per_label: Rows of each label that are drawn from what is left of train; None keeps all of them.
        cache_folder: Folder for the memory-mapped examples; made if it isn't there.

    Raises:
        DataError: Anything wrong with the data, all bad rows at once; or no room to write.
    """
    wanted = Columns(text, text_pair, target.columns, weight)
    names = {"train": train, "validation": validation, "test": test}
    _check_shares(_shares(names))
    folder = cache_folder / "examples"
    with _scratch_folder(folder) as scratch:
        read = functools.partial(
            open_source,
            source,
            wanted=wanted.named(),
            file_format=file_format,
            data_dir=data_dir,
            whole_rows=target.reads_whole_rows,
        )
        checked = _read_checked(_Reading(read, wanted, Problems(), scratch), names, target, skip=on_bad_row == "skip")
        if duplicates == "drop":
            checked = replace(checked, kept=without_repeats(checked.pools))
        drawn = _drawn(checked, names, seed=seed, keep_together=duplicates != "as they are", per_label=per_label)
        return _stored(checked, drawn, folder=folder, scratch=scratch)


@dataclass(frozen=True)
class _Reading:
    """How source splits are read."""

    read: Callable[[str], Iterable[BlockItem]]
    columns: Columns
    problems: Problems
    scratch: Path

    def pool(self, name: str, target: Target, *, split: str) -> Pool:
        return read_pool(
            self.read(name),
            path=self.scratch / split,
            split=split,
            columns=self.columns,
            target=target,
            problems=self.problems,
        )


@dataclass(frozen=True)
class _Checked:
    """The rows of all source splits.

    Attributes:
        pools: As they were read.
        kept: Without those that are left out because their text stands in an earlier row.
        target: Knows the labels of train.
        causes: Of the rows that were skipped.
        problems: What was found on the way.
    """

    pools: Mapping[str, Pool]
    kept: Mapping[str, Pool]
    target: Target
    causes: Sequence[Cause]
    problems: Problems


@dataclass(frozen=True)
class _Drawn:
    """The splits of the run, what is learned of the labels of train, and what to say of the draw."""

    parts: Mapping[str, Pool]
    learned: LearnedTarget
    remarks: Sequence[str]


def _read_checked(reading: _Reading, names: _Names, target: Target, *, skip: bool) -> _Checked:
    """Read and check all rows; raises DataError with all bad rows at once, unless they are skipped."""
    pools, admitted = _read_pools(reading, names, target)
    causes = find_causes(reading.problems, _surroundings(pools, names), explain=admitted.explain)
    raise_if_any(causes, files=reading.problems.files, skip=skip)
    return _Checked(pools, pools, admitted, causes, reading.problems)


def _drawn(checked: _Checked, names: _Names, *, seed: int, keep_together: bool, per_label: int | None) -> _Drawn:
    """Draw what the source has no split for, then few rows of each label where that is asked for."""
    target, where = checked.target, f"data.train = {names['train']!r}"
    drawn = draw_parts(checked.kept, target, shares=_shares(names), seed=seed, keep_together=keep_together)
    parts = {split: drawn[split] for split in names if split in drawn}
    _check_parts(parts, names=names, problems=checked.problems)
    learned = target.learn(parts["train"].values, where=where)
    parts, remarks = with_shots(parts, target, names=learned.names, per_label=per_label, seed=seed)
    return _Drawn(parts, target.learn(parts["train"].values, where=where), remarks)


def _stored(checked: _Checked, drawn: _Drawn, *, folder: Path, scratch: Path) -> Splits:
    """Write the splits, and report on them."""
    parts, learned = drawn.parts, drawn.learned
    examples = {split: store(part, folder=folder, scratch=scratch, encoding=learned) for split, part in parts.items()}
    leaked = no_leaks(parts) if learned.repeats_texts else leaked_rows(parts)
    report = make_report(
        examples,
        pools=checked.pools,
        kept=checked.kept,
        parts=parts,
        causes=checked.causes,
        target=learned,
        leaked=leaked,
        remarks=[*checked.problems.remarks.messages, *drawn.remarks],
    )
    return Splits(examples["train"], examples.get("validation"), examples.get("test"), learned, report, leaked)


def _read_pools(reading: _Reading, names: _Names, target: Target) -> tuple[dict[str, Pool], Target]:
    """The rows of each split that has a source of its own, and the target that knows their labels.

    Those of train are read first: the others must keep to their labels.
    """
    pools: dict[str, Pool] = {}
    for split, name in names.items():
        if not isinstance(name, str):
            continue
        pool = reading.pool(name, target, split=split)
        if split == "train":
            target = target.with_labels_of(pool.all_values.distinct, pool.seen.labels.spellings)
            pool = pool.changed(target.resolve)
        pools[split] = pool
    return pools, target


def _surroundings(pools: Mapping[str, Pool], names: _Names) -> Surroundings:
    return Surroundings(
        sources={split: name for split, name in names.items() if isinstance(name, str)},
        good_rows={split: len(pool.rows) for split, pool in pools.items()},
        is_sorted_slice=str(names["train"]).endswith("]") and pools["train"].all_values.are_together,
    )


@contextmanager
def _scratch_folder(folder: Path) -> Iterator[Path]:
    """A folder beside the lasting files that is gone afterwards, whatever happens."""
    with ExitStack() as stack:
        with writing(folder):
            private_folder(folder)
            scratch = stack.enter_context(temporary_folder(folder / "scratch"))
        yield scratch


def _shares(names: _Names) -> dict[str, float]:
    """Of the splits that are drawn from train."""
    return {split: share for split, share in names.items() if isinstance(share, float)}


def _check_shares(shares: Mapping[str, float]) -> None:
    if any(not 0 < share < 1 for share in shares.values()) or sum(shares.values()) >= 1:
        found = ", ".join(f"{split} = {share}" for split, share in shares.items())
        raise DataError(
            f"The shares leave no rows to train on: {found}.", hint="use shares above 0 that add up to less than 1"
        )


def _check_parts(parts: Mapping[str, Pool], *, names: _Names, problems: Problems) -> None:
    for split, part in parts.items():
        if len(part.rows):
            continue
        if isinstance(names[split], float):
            rows, texts = len(part.examples), len(np.unique(part.text_hashes))
            repeated = f"; they have {counted(texts, 'distinct text')}" if texts < rows else ""
            what = f"The {split} split gets no rows: {names[split]} of {counted(rows, 'row')} is too few{repeated}."
            apart = ', or data.duplicates = "as they are", which may separate equal texts' if repeated else ""
            raise DataError(what, where=f"data.{split}", hint=f"use a larger share, or more rows{apart}")
        skipped = problems.count(split)
        drawn = f"all {counted(len(part.examples), 'row')} went to the splits that are drawn from it"
        otherwise = drawn if len(part.examples) else "its source has none"
        reason = f"all {skipped:,} were skipped" if skipped else otherwise
        raise DataError(f"The {split} split has no rows: {reason}.", where=f"data.{split} = {names[split]!r}")
