"""Which words an answer rests on, from answers alone: leave each out and see how the answer changes.

Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", 2014, do so with patches of images; Li, Monroe
& Jurafsky, "Understanding Neural Networks through Representation Erasure", 2016, with words.
"""

from collections.abc import Callable, Sequence

import numpy as np

from bert_tf.playground.word_spans import Piece, split_words

# Probabilities of float32 tell no more than this from 0 and from 1.
_LEAST_PROBABILITY = 1e-6
# Words that a model reads to answer all shortened texts; more, and words are left out in groups.
_WORDS_READ = 8192
_FEWEST_GROUPS = 16

Probabilities = Callable[[Sequence[tuple[str, ...]]], np.ndarray]
Scored = list[tuple[str, float]]


def occlude(
    texts: tuple[str, ...], target: int, probabilities: Probabilities, *, most_words: int
) -> tuple[list[Scored], int]:
    """What each word adds to a label's log-odds: how much they fall without it.

    Args:
        texts: A text, or both of a pair.
        target: Label id.
        probabilities: From N such tuples to float [N, C].
        most_words: Words of each text that are tried; those behind are beyond what the model reads.

    Returns:
        For each text its pieces with their scores (spaces 0, and no pieces behind the last word that was tried), and
        how many words were left out at a time. Words that were left out together share their score evenly.
    """
    split = [_first_words(split_words(text), most_words) for text in texts]
    words = [[index for index, piece in enumerate(pieces) if piece.is_word] for pieces in split]
    count = sum(map(len, words))
    size = -(-count // max(_FEWEST_GROUPS, _WORDS_READ // max(1, count))) if count else 1
    groups = [
        (side, found[start : start + size]) for side, found in enumerate(words) for start in range(0, len(found), size)
    ]
    shortened = [_without(texts, split, side, set(group)) for side, group in groups]
    found = log_odds(probabilities([texts, *shortened])[:, target])
    scores = [np.zeros(len(pieces)) for pieces in split]
    for (side, group), value in zip(groups, found[1:], strict=True):
        scores[side][group] = (found[0] - value) / len(group)
    return [
        [(piece.text, float(score)) for piece, score in zip(pieces, own, strict=True)]
        for pieces, own in zip(split, scores, strict=True)
    ], size


def log_odds(probabilities: np.ndarray) -> np.ndarray:
    """log p / (1 - p) of float [N], with 1e-6 for what is nearer to 0 or 1."""
    clipped = np.clip(probabilities.astype(np.float64), _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
    return np.log(clipped / (1 - clipped))


def _first_words(pieces: list[Piece], most_words: int) -> list[Piece]:
    """Pieces up to the last of so many words."""
    places = [index for index, piece in enumerate(pieces) if piece.is_word]
    return pieces if len(places) <= most_words else pieces[: places[most_words - 1] + 1]


def _without(texts: tuple[str, ...], split: list[list[Piece]], side: int, left_out: set[int]) -> tuple[str, ...]:
    """The texts, one of them without some of its pieces; what stands behind the pieces stays."""
    rest = texts[side][sum(len(piece.text) for piece in split[side]) :]
    kept = "".join(piece.text for index, piece in enumerate(split[side]) if index not in left_out) + rest
    return tuple(kept if index == side else text for index, text in enumerate(texts))
