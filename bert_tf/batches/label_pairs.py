"""Labelled texts as pairs: each with another text of its label, which is drawn anew for every epoch."""

import numpy as np

from bert_tf.batches.cache import TokenCache
from bert_tf.batches.text_groups import TextGroups

_PAIRS = 1  # tells what is drawn of an epoch's pairs from what is drawn of its order


class LabelPairs:
    """N rows of a text, another one with its label and maybe a wrong one, as `EpochRows`.

    Args:
        tokens: Of the texts.
        labels: Equal for texts that belong together, int [N].
        seed: Of what is drawn.
        wrong: Which text is a wrong one for each row, int [N, T - 2]; none if not given.
    """

    def __init__(self, tokens: TokenCache, labels: np.ndarray, *, seed: int, wrong: np.ndarray | None = None) -> None:
        self._tokens, self._labels, self._seed = tokens, labels, seed
        self._wrong = np.zeros((len(labels), 0), np.int64) if wrong is None else wrong

    def __len__(self) -> int:
        return len(self._labels)

    def of_epoch(self, epoch: int) -> TextGroups:
        """The pairs of an epoch, counted from 0."""
        right = drawn_partners(self._labels, seed=self._seed, epoch=epoch)
        other_of = np.concatenate([right[:, np.newaxis], self._wrong], axis=1)
        return TextGroups(self._tokens, self._tokens, other_of, apart=self._labels)

    def ids_in_use(self, *, vocabulary_size: int, most: int) -> np.ndarray | None:
        """See `TokenCache.ids_in_use`."""
        return self._tokens.ids_in_use(vocabulary_size=vocabulary_size, most=most)


def drawn_partners(labels: np.ndarray, *, seed: int, epoch: int) -> np.ndarray:
    """For each row another one with its label, int64 [N]: each row is that of one other, and the only one of a label is
    its own. A pure function of its arguments.

    Args:
        labels: int [N].
        seed: Any int ≥ 0.
        epoch: Counted from 0.
    """
    shuffled = np.random.default_rng((seed, epoch, _PAIRS)).permutation(len(labels))
    # Rows of a label stand in a ring, in random order; each gets the one behind it.
    ring = shuffled[np.argsort(labels[shuffled], kind="stable")]
    _, starts, counts = np.unique(labels[ring], return_index=True, return_counts=True)
    behind = np.arange(1, len(ring) + 1)
    behind[starts + counts - 1] = starts
    partners = np.empty(len(ring), np.int64)
    partners[ring] = ring[behind]
    return partners
