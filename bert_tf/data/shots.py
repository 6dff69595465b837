"""Drawing as many rows of each label, where few are to be learned from."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bert_tf.data.labels import some
from bert_tf.data.pools import Pool
from bert_tf.data.target import Target
from bert_tf.errors import DataError
from bert_tf.plurals import counted

_NAMED = 10  # labels


class Shots(NamedTuple):
    """What was drawn.

    Attributes:
        rows: Which rows of a pool, bool [N].
        sentence: How many, and how many are not used.
    """

    rows: np.ndarray
    sentence: str


def draw_shots(pool: Pool, target: Target, *, names: Sequence[str], per_label: int, seed: int) -> Shots:
    """Draw at least `per_label` different texts of each label, and of the rows without labels; a pure function.

    Rows come label by label, the rarest first, each with the rows that are missing beside those that were drawn for
    labels before it. So rows of one label each are drawn exactly `per_label` times, and of rows with several labels a
    frequent one may have more. Of rows with the same text the first counts.

    Args:
        pool: N rows.
        target: Knows which labels a row has.
        names: Of all labels.
        per_label: Texts of each.
        seed: Of the draw.

    Raises:
        DataError: labels have fewer texts; names them, with how many they have.
    """
    has_label = _has_label(pool, target, names)
    is_first = np.zeros(len(pool.rows), bool)
    is_first[np.unique(pool.text_hashes[pool.rows], return_index=True)[1]] = True
    counts = (has_label & is_first[:, np.newaxis]).sum(0)
    check_counts(dict(zip(names, map(int, counts), strict=True)), least=per_label, key="few_shot.per_label")
    without = is_first & ~has_label.any(1)
    order = np.random.default_rng(seed).permutation(len(pool.rows))
    chosen = np.zeros(len(pool.rows), bool)
    for place in np.argsort(counts, kind="stable"):
        has = has_label[:, place] & is_first
        missing = max(0, per_label - int((has & chosen).sum()))
        chosen[order[(has & ~chosen)[order]][:missing]] = True
    chosen[order[without[order]][:per_label]] = True
    return Shots(chosen, _sentence(len(pool.rows), int(chosen.sum()), per_label, seed))


def with_shots(
    parts: Mapping[str, Pool], target: Target, *, names: Sequence[str], per_label: int | None, seed: int
) -> tuple[dict[str, Pool], list[str]]:
    """The parts with only what `draw_shots` draws of `train`, and its sentence; as they are without `per_label`."""
    if per_label is None:
        return dict(parts), []
    shots = draw_shots(parts["train"], target, names=names, per_label=per_label, seed=seed)
    return {**parts, "train": parts["train"].part(shots.rows)}, [shots.sentence]


def _has_label(pool: Pool, target: Target, names: Sequence[str]) -> np.ndarray:
    """Which rows have which label, bool [N, C]."""
    values, place_of = pool.values, {name: place for place, name in enumerate(names)}
    have = np.zeros((len(values.distinct), len(names)), bool)
    for row, value in enumerate(values.distinct):
        have[row, [place_of[name] for name in target.spellings(value) if name in place_of]] = True
    return have[values.codes]


def check_counts(counts: Mapping[str, int], *, least: int, key: str) -> None:
    """Raises DataError where labels have fewer different texts than a key wants of each; names them.

    Args:
        counts: Different texts of each label in the training rows.
        least: What the key is set to.
        key: Such as `few_shot.per_label`.
    """
    few = {name: count for name, count in counts.items() if count < least}
    if not few:
        return
    told = some([f"{name!r} ({count:,})" for name, count in few.items()], most=_NAMED)
    fewest = min(few.values())
    lower = f"lower {key} to {fewest}, or " if fewest >= 2 else ""
    have = "has" if len(few) == 1 else "have"
    raise DataError(
        f"{counted(len(few), 'label')} of train {have} fewer than {least:,} different texts: {told}.",
        where=key,
        hint=f"{lower}add texts",
    )


def _sentence(rows: int, drawn: int, per_label: int, seed: int) -> str:
    return (
        f"Of {counted(rows, 'train row')}, {drawn:,} were drawn, {per_label:,} of each label (few_shot.per_label, "
        f"data.seed = {seed}); the other {rows - drawn:,} are not used."
    )
