"""A few steps of an epoch that stand for all of it."""

import collections
from collections.abc import Mapping, Sequence

from bert_tf.batches.dataset import TrainingBatches

Shape = tuple[int, int]  # rows, padded length
_RARE = 0.02  # share of an epoch's steps


def shape_counts(batches: TrainingBatches) -> dict[Shape, int]:
    """Steps of each shape in the first epoch, the most frequent first."""
    return dict(collections.Counter(map(batches.shape, range(batches.steps_per_epoch))).most_common())


def spread_shapes(counts: Mapping[Shape, int]) -> list[Shape]:
    """All shapes, the largest first, then each the one whose tokens are farthest from those of the shapes before it.

    So step times of the first few tell most about those of the others. Shapes of few steps come last.

    Args:
        counts: Steps of each shape in an epoch.
    """
    largest = max(counts, key=_tokens)
    least = _RARE * sum(counts.values())
    usual, rare = ([shape for shape in counts if (counts[shape] < least) is few] for few in (False, True))
    found = [largest]
    for shapes in (usual, rare):
        while left := [shape for shape in shapes if shape not in found]:
            found.append(max(left, key=lambda shape: min(abs(_tokens(shape) - _tokens(each)) for each in found)))
    return found


def _tokens(shape: Shape) -> int:
    return shape[0] * shape[1]


def sampled_shapes(counts: Mapping[Shape, int], *, steps: int) -> list[Shape]:
    """Shapes of a sample: each at least once, the rest by their share, in mixed order.

    Args:
        counts: Steps of each shape in an epoch.
        steps: How many to choose; as many as there are shapes if these are more.
    """
    spare, total = max(0, steps - len(counts)), sum(counts.values())
    shares = {shape: spare * count / total for shape, count in counts.items()}
    chosen = {shape: 1 + int(share) for shape, share in shares.items()}
    # What rounding down left over goes to the largest remainders.
    left_over = len(counts) + spare - sum(chosen.values())
    for shape in sorted(counts, key=lambda shape: shares[shape] % 1, reverse=True)[:left_over]:
        chosen[shape] += 1
    turns = range(max(chosen.values()))
    return [shape for turn in turns for shape in chosen if chosen[shape] > turn]


def steps_of(shapes: Sequence[Shape], batches: TrainingBatches) -> list[int]:
    """A step of the first epoch for each of these shapes; the same one again only when all of its shape were had."""
    known: dict[Shape, collections.deque[int]] = collections.defaultdict(collections.deque)
    for step in range(batches.steps_per_epoch):
        known[batches.shape(step)].append(step)
    found = []
    for shape in shapes:
        found.append(known[shape][0])
        known[shape].rotate(-1)
    return found
