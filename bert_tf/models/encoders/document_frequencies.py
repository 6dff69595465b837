"""In how many texts each piece is, and each pair of neighbouring pieces."""

import dataclasses
from collections.abc import Callable

import numpy as np

_MOST_TOKENS = 8_000_000  # that are looked at: 64 MiB
_ROWS = 2048  # at a time
_LEAST_TEXTS = 2  # that a pair is in: of one text it would only be that text's name


@dataclasses.dataclass(frozen=True, eq=False)
class DocumentFrequencies:
    """Counts over N texts.

    Attributes:
        texts: N.
        of_pieces: In how many of them each token is, int64 [V].
        pairs: Pairs (a, b) as a · V + b, sorted, int64 [P].
        of_pairs: In how many texts each of them is, int64 [P].
    """

    texts: int
    of_pieces: np.ndarray
    pairs: np.ndarray
    of_pairs: np.ndarray


def count_documents(
    ids: Callable[[int], np.ndarray], lengths: np.ndarray, *, vocabulary_size: int, most_pairs: int
) -> DocumentFrequencies:
    """Count texts by piece and pair; of many texts, a part from all over them.

    Args:
        ids: Tokens of a text, integers below V, special tokens included.
        lengths: How many tokens each has, int [N].
        vocabulary_size: V.
        most_pairs: Pairs that are kept: those that are in most texts, and in two at least.
    """
    step = -(-int(lengths.sum()) // _MOST_TOKENS)
    chosen = range(0, len(lengths), max(1, step))
    of_pieces = np.zeros(vocabulary_size, np.int64)
    found = []
    for start in range(0, len(chosen), _ROWS):
        rows = [ids(index).astype(np.int64) for index in chosen[start : start + _ROWS]]
        pieces = np.concatenate([np.unique(row) for row in rows])
        of_pieces += np.bincount(pieces, minlength=vocabulary_size)
        found += [np.unique(row[:-1] * vocabulary_size + row[1:]) for row in rows]
    pairs, of_pairs = np.unique(np.concatenate(found), return_counts=True)
    # A stable order, so that of pairs that are equally frequent the same ones stay.
    kept = np.argsort(-of_pairs, kind="stable")[:most_pairs]
    kept = np.sort(kept[of_pairs[kept] >= _LEAST_TEXTS])
    return DocumentFrequencies(len(chosen), of_pieces, pairs[kept], of_pairs[kept])
