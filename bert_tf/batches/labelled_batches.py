"""Batches of texts with labels, each with several texts of several labels: a pure function of seed and step."""

from collections.abc import Iterator

import numpy as np

from bert_tf.batches.batch_plan import length_ladder
from bert_tf.batches.cache import TokenCache

_TOGETHER = 2  # texts of a label, before the next label has its turn


def sampled_rows(has_label: np.ndarray, *, rows: int, seed: int, step: int) -> np.ndarray:
    """Different rows, two of each label in turn, labels and rows in random order: int64 [min(rows, N)].

    A row with several labels counts for the one that the fewest rows have. Rows without labels have their turn like
    those of a label.

    Args:
        has_label: Which row has which label, bool [N, C].
        rows: How many, at least 1.
        seed: Any int ≥ 0.
        step: Counted from 0.
    """
    generator = np.random.default_rng((seed, step))
    counts = np.where(has_label, has_label.sum(0), len(has_label) + 1)
    label = np.where(has_label.any(1), counts.argmin(1), has_label.shape[1])
    shuffled = generator.permutation(len(has_label))
    by_label = np.argsort(label[shuffled], kind="stable")
    sizes = np.bincount(label, minlength=has_label.shape[1] + 1)
    turn = np.empty(len(shuffled), np.int64)
    turn[by_label] = np.arange(len(shuffled)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    place_of_label = generator.permutation(len(sizes))[label[shuffled]]
    return shuffled[np.lexsort((turn, place_of_label, turn // _TOGETHER))][:rows]


class LabelledBatches:
    """Batches of one shape: as many texts, padded to the length of the longest of all.

    Args:
        tokens: N rows.
        has_label: Which row has which label, bool [N, C].
        batch_size: Texts of a batch; all of them where there are fewer.
        seed: Of the order.
    """

    def __init__(self, tokens: TokenCache, has_label: np.ndarray, *, batch_size: int, seed: int) -> None:
        self._tokens, self._has_label, self._seed = tokens, has_label, seed
        self.batch_size = min(batch_size, len(tokens))
        ladder = length_ladder(max_tokens=tokens.max_tokens)
        self._padded_length = int(ladder[np.searchsorted(ladder, tokens.lengths.max())])

    @property
    def pairs(self) -> int:
        """Pairs of texts that a batch compares."""
        return self.batch_size * (self.batch_size - 1) // 2

    def batch(self, step: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Inputs as of `TrainingRows.rows` and which text has which label, bool [B, C]."""
        rows = self._rows(step)
        return self._tokens.rows(rows, padded_length=self._padded_length), self._has_label[rows]

    def has_label(self, step: int) -> np.ndarray:
        """Which text of a batch has which label, bool [B, C]."""
        return self._has_label[self._rows(step)]

    def batches(self, steps: int) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray]]:
        """The first ones."""
        return map(self.batch, range(steps))

    def _rows(self, step: int) -> np.ndarray:
        return sampled_rows(self._has_label, rows=self.batch_size, seed=self._seed, step=step)
