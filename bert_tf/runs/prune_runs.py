"""Runs that nobody needs any more: which they are, and removing them."""

import contextlib
import dataclasses
import os
import pathlib
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from bert_tf.errors import RunError
from bert_tf.measures import Measure
from bert_tf.runs.list_runs import RunSummary, list_runs
from bert_tf.runs.run import RunFolder
from bert_tf.runs.run_metrics import CROSS_VALIDATION, SPLITS
from bert_tf.system_errors import reason_of

# From a run's values to what it is judged by, on the validation rows first: what chooses among runs should not be the
# test rows.
Judge = Callable[[Mapping[str, Any]], Measure | None]


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A run, and what becomes of it.

    Attributes:
        path: Its folder.
        kept: Why it is kept; empty for one that goes.
        bytes: What is freed when it goes.
        value: Of what the best run is chosen by; None where it has no score.
        exported: Its newest exported version, which goes with it; None without any.
    """

    path: pathlib.Path
    kept: str
    bytes: int
    value: float | None
    exported: int | None


def _nothing(values: Mapping[str, Any]) -> None:
    del values


def plan_pruning(
    folder: pathlib.Path,
    *,
    judged_by: Judge,
    recipe: str | None = None,
    keep: Literal["best", "newest"] = "best",
) -> list[Candidate]:
    """Say of each run whether it goes. Of each recipe the best and the newest stay.

    Runs that are running, that can't be read, or that the recipe of a run that stays is held against stay too. Exports
    elsewhere are no part of a run's folder, and trials belong to their search.

    Args:
        folder: Such as `runs/` or `runs/<recipe>/`.
        judged_by: Gives what makes a run the best one, from its values; None where that is not known.
        recipe: Only its runs.
        keep: With "newest" the best run goes too.

    Raises:
        RunError: no run is of that recipe; names the nearest.
    """
    summaries = list_runs(folder, recipe=recipe)
    by_recipe: dict[pathlib.Path, list[RunSummary]] = {}
    for run in summaries:
        by_recipe.setdefault(run.path.parent, []).append(run)
    reasons: dict[pathlib.Path, str] = {}
    for runs in by_recipe.values():
        reasons |= _kept_of_recipe(runs, judged_by=judged_by if keep == "best" else _nothing)
    staying = [run for run in list_runs(folder) if run.path in reasons or run not in summaries]
    needed = dict(needs for run in staying for needs in _compared_with(run))
    for run in summaries:
        if run.path not in reasons and (why := needed.get(run.path.resolve())):
            reasons[run.path] = why
    ordered = sorted(summaries, key=lambda run: run.path)
    return [_candidate(run, reasons.get(run.path, ""), judged_by=judged_by) for run in ordered]


def _compared_with(run: RunSummary) -> Iterator[tuple[pathlib.Path, str]]:
    """The runs that the report of a run needs, each with what it is to that run."""
    if baseline := run.values.get("baseline"):
        yield (run.path.parent / baseline).resolve(), "another run's baseline"
    if reference := run.values.get("report.reference"):
        yield pathlib.Path(reference).resolve(), "another run's reference"


def prune(candidates: Sequence[Candidate]) -> int:
    """Remove what goes, and return how many bytes that freed; a run that has begun to run meanwhile stays.

    Raises:
        RunError: a folder can't be removed; it tells how far it came.
    """
    freed = 0
    for candidate in candidates:
        if candidate.kept or RunFolder(candidate.path).status == "running":
            continue
        # One rename, so that nothing takes half a run for a run.
        going = candidate.path.with_name(f".{candidate.path.name}.{os.urandom(4).hex()}")
        try:
            candidate.path.rename(going)
            shutil.rmtree(going)
        except OSError as problem:
            raise RunError(
                f"The run can't be removed: {reason_of(problem)}.",
                where=str(going if going.exists() else candidate.path),
                hint=f"{freed / 1e6:.0f} MB are already freed; remove this folder yourself",
                kind="machine",
            ) from problem
        freed += candidate.bytes
    return freed


def _kept_of_recipe(runs: Sequence[RunSummary], *, judged_by: Judge) -> dict[pathlib.Path, str]:
    kept = {}
    for run in runs:
        if run.values["status"] == "running":
            kept[run.path] = "in progress"
        elif run.values["status"] == "unreadable":
            kept[run.path] = "unreadable, so its score is unknown"
        elif run.path.is_symlink():
            kept[run.path] = "a link to a folder elsewhere"
    kept.setdefault(max(runs, key=lambda run: run.path.name).path, "the newest")
    # The best of each task: a recipe may have been changed from one to another.
    judged: dict[tuple[str, Measure], list[RunSummary]] = {}
    for run in runs:
        if measure := judged_by(run.values):
            judged.setdefault((run.values["task"], measure), []).append(run)
    for (_, measure), alike in judged.items():
        for key in (f"{split}.{measure.key}" for split in (*SPLITS, CROSS_VALIDATION)):
            if scored := [run for run in alike if key in run.values]:
                newest_first = sorted(scored, key=lambda run: run.path.name, reverse=True)
                best = min(newest_first, key=lambda run: measure.rank(run.values[key]))
                kept[best.path] = f"the best, by {key}"
                break
    return kept


def _candidate(run: RunSummary, kept: str, *, judged_by: Judge) -> Candidate:
    measure = judged_by(run.values)
    keys = [f"{split}.{measure.key}" for split in (*SPLITS, CROSS_VALIDATION)] if measure else []
    value = next((float(run.values[key]) for key in keys if key in run.values), None)
    return Candidate(run.path, kept, _freed(run.path), value, run.values.get("exported"))


def _freed(folder: pathlib.Path) -> int:
    """Bytes on the disk that no other folder holds too; files that a running training removes meanwhile are none."""
    seen: dict[tuple[int, int], list[int]] = {}
    for inner, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                status = os.lstat(os.path.join(inner, name))
                if stat.S_ISREG(status.st_mode):
                    file = (status.st_dev, status.st_ino)
                    counts = seen.setdefault(file, [status.st_nlink, 0, status.st_blocks * 512])
                    counts[1] += 1
    return sum(size for links, here, size in seen.values() if here >= links)
