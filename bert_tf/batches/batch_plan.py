"""Which examples stand in which batch: a pure function of (lengths, batch size or token budget, seed, epoch).

Rows of like length stand together, so little of a batch is padding, and every batch is padded to one of a few lengths,
so few shapes have to be compiled; where nothing is compiled for a shape, to its longest row. Which rows stand together
is the same either way. Batch *k* of epoch *e* is known without making any other: what was trained on when is
a fact of the recipe, not of the process that ran it.
"""

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np

# Each of the ladder's steps is divided into so many groups of like lengths, if they have batches enough on the mean
# that other rows meet in each epoch.
_PARTS, _BATCHES_OF_A_GROUP = (4, 2), 4


@dataclasses.dataclass(frozen=True)
class TokenBudget:
    """Batches of about equally many tokens in place of equally many examples.

    Attributes:
        tokens: Of a batch at most, padding included; a batch has one example at least.
    """

    tokens: int

    def rows(self, padded_length: int) -> int:
        """Examples of a batch that is padded to this length."""
        return max(1, self.tokens // padded_length)


@dataclasses.dataclass(frozen=True)
class BatchPlan:
    """The batches of one epoch.

    Args:
        order: Example indices, int64 [N]; batch k holds the slice [starts[k], starts[k + 1]).
        starts: Where each batch begins in `order`, int64 [batches + 1].
        padded_lengths: Tokens that each batch is padded to, int64 [batches].
    """

    order: np.ndarray
    starts: np.ndarray
    padded_lengths: np.ndarray

    def __len__(self) -> int:
        return len(self.padded_lengths)

    def batch(self, index: int) -> tuple[np.ndarray, int]:
        """Example indices, int64 [rows], and padded length of batch `index`."""
        return self.order[self.starts[index] : self.starts[index + 1]], int(self.padded_lengths[index])

    def to_longest(self, lengths: np.ndarray) -> "BatchPlan":
        """The same batches, each padded to its longest row only.

        Args:
            lengths: Tokens of each example, int [N].
        """
        longest = np.maximum.reduceat(lengths[self.order], self.starts[:-1])
        return dataclasses.replace(self, padded_lengths=longest.astype(np.int64))


def length_ladder(*, max_tokens: int, parts: int = 1) -> np.ndarray:
    """The lengths a batch may be padded to: at most eight, evenly spaced by a multiple of 8.

    Args:
        max_tokens: The last of them.
        parts: Into which each step is divided: 1, 2, 4 or 8.

    Returns:
        int64, ascending. The last is `max_tokens` itself, also where that is no multiple of 8.
    """
    step = -(-max_tokens // 64) * 8 // parts
    return np.append(np.arange(step, max_tokens, step, dtype=np.int64), max_tokens)


def training_plan(
    lengths: np.ndarray,
    *,
    batch_size: int | TokenBudget,
    max_tokens: int,
    seed: int,
    epoch: int,
    apart: np.ndarray | None = None,
) -> BatchPlan:
    """A shuffled epoch: random within each length, and the batches in random order.

    Each group of like lengths, a step of the length ladder or a part of it, fills whole batches; what is left over
    joins the next longer group, so that an epoch has ⌈N / batch_size⌉ batches whatever the seed and only one of them
    can be short. With a token budget there are as many batches of each shape in every epoch, whatever the seed, and
    only one of them can be short, too.

    Args:
        lengths: Tokens of each example, int [N], in [1, max_tokens].
        batch_size: Examples in a batch, at least 1; or their tokens.
        max_tokens: Longest example allowed.
        seed: Any int ≥ 0.
        epoch: Counted from 0.
        apart: Numbers of N rows, int [N]: those of one number are spread over each length's batches as evenly as may
            be, so that a batch has as few of them as there can be.
    """
    generator = np.random.default_rng((seed, epoch))
    ladder = length_ladder(max_tokens=max_tokens)
    shuffled = generator.permutation(len(lengths))

    def spread(members: np.ndarray) -> np.ndarray:
        return members if apart is None else _spread(members, apart[members], generator)

    if isinstance(batch_size, TokenBudget):
        rung = np.searchsorted(ladder, lengths[shuffled])
        rows = {step: batch_size.rows(int(ladder[step])) for step in np.unique(rung).tolist()}
        order, starts, rungs = _fill(shuffled, rung, rows=rows, spread=spread)
        # Also where all of a batch were left over from a shorter step: its rows by that length would be one shape more.
        padded_lengths = ladder[rungs]
    else:
        # Rows that are to stand apart have more batches for that in greater groups.
        groups = ladder if apart is not None else _groups(lengths, batch_size=batch_size, max_tokens=max_tokens)
        rows = dict.fromkeys(range(len(groups)), batch_size)
        order, starts, _ = _fill(shuffled, np.searchsorted(groups, lengths[shuffled]), rows=rows, spread=spread)
        padded_lengths = ladder[np.searchsorted(ladder, np.maximum.reduceat(lengths[order], starts[:-1]))]
    return _reorder(order, starts, padded_lengths, generator.permutation(len(padded_lengths)))


def evaluation_plan(lengths: np.ndarray, *, batch_tokens: int) -> BatchPlan:
    """Every example once, shortest first; nothing in it is random.

    Nothing is compiled for evaluation, so a batch may have any shape: as many rows as its tokens allow, padded to the
    longest of them. Rows of the greatest length that came into a batch are left to the next one, where half a batch is
    full without them: the others are padded to less.

    Args:
        lengths: Tokens of each example, int [N], at least 1.
        batch_tokens: Most tokens of a batch, padding included; a batch has one row at least.
    """
    order = np.argsort(lengths, kind="stable")
    ascending, starts = lengths[order].astype(np.int64), [0]
    while starts[-1] < len(order):
        following = ascending[starts[-1] : starts[-1] + batch_tokens]
        # The last row is the longest: with it, the rows before it are padded to as much.
        tokens = following * np.arange(1, len(following) + 1)
        fitting = max(1, int(np.searchsorted(tokens, batch_tokens, side="right")))
        shorter = int(np.searchsorted(following, following[fitting - 1]))
        if starts[-1] + fitting < len(order) and shorter and tokens[shorter - 1] * 2 >= batch_tokens:
            fitting = shorter
        starts.append(starts[-1] + fitting)
    boundaries = np.array(starts, dtype=np.int64)
    return BatchPlan(order, boundaries, ascending[boundaries[1:] - 1])


def _groups(lengths: np.ndarray, *, batch_size: int, max_tokens: int) -> np.ndarray:
    """The greatest length of each group of like lengths, int64, ascending."""
    for parts in _PARTS:
        groups = length_ladder(max_tokens=max_tokens, parts=parts)
        in_use = len(np.unique(np.searchsorted(groups, lengths)))
        if len(lengths) >= _BATCHES_OF_A_GROUP * in_use * batch_size:
            return groups
    return length_ladder(max_tokens=max_tokens)


def _fill(
    shuffled: np.ndarray, rung: np.ndarray, *, rows: Mapping[int, int], spread: Callable[[np.ndarray], np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whole batches of each rung, whose members are spread; the odd examples of a rung go first into the next one.

    Args:
        shuffled: Example indices, int64 [N].
        rung: Of each of them, int [N].
        rows: Of a batch, by rung, ascending: all that any example is of.
        spread: Puts members of a rung in order.

    Returns:
        Order and starts as of `BatchPlan`, and the rung of each batch, int64 [batches].
    """
    parts, sizes, rungs, left_over = [], [0], [], shuffled[:0]
    for step, size in rows.items():
        members = spread(np.concatenate([left_over, shuffled[rung == step]]))
        batches = len(members) // size
        parts.append(members[: batches * size])
        sizes += [size] * batches
        rungs += [step] * batches
        left_over = members[batches * size :]
    if len(left_over):
        sizes.append(len(left_over))
        rungs.append(max(rows))
    return np.concatenate([*parts, left_over]), np.cumsum(sizes), np.array(rungs, np.int64)


def _spread(members: np.ndarray, numbers: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Members with those of one number at even distances, from a random one on: those of a number that n of them have
    come once in each nth part."""
    _, number_of, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    by_number = np.argsort(number_of, kind="stable")
    turn = np.empty(len(members))
    turn[by_number] = np.arange(len(members)) - np.repeat(np.cumsum(counts) - counts, counts)
    places = (turn + generator.random(len(counts))[number_of]) / counts[number_of]
    return members[np.argsort(places, kind="stable")]


def _reorder(order: np.ndarray, starts: np.ndarray, padded_lengths: np.ndarray, batches: np.ndarray) -> BatchPlan:
    """The plan that visits the given batches in the order of `batches`."""
    members = [order[starts[batch] : starts[batch + 1]] for batch in batches]
    return BatchPlan(
        order=np.concatenate(members) if members else order,
        starts=np.concatenate([[0], np.cumsum(np.diff(starts)[batches])]).astype(np.int64),
        padded_lengths=padded_lengths[batches],
    )
