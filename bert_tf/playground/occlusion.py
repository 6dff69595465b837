"""Which words an answer rests on, from answers alone: leave each out and see how the answer changes.

Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", 2014, do so with patches of images; Li, Monroe
& Jurafsky, "Understanding Neural Networks through Representation Erasure", 2016, with words.
"""

from collections.abc import Callable, Sequence

import numpy as np

from bert_tf.playground.word_spans import Piece, split_words

# Words that a model reads to answer all shortened texts; more, and words are left out in groups.
_WORDS_READ = 8192
_FEWEST_GROUPS = 16

Explained = Callable[[Sequence[tuple[str, ...]]], np.ndarray]
Scored = list[tuple[str, float]]


def occlude(texts: tuple[str, ...], explained: Explained, *, most_words: int) -> tuple[list[Scored], int]:
    """What each word adds to a value, such as a label's log-odds: how much it falls without the word.

    Args:
        texts: A text, or both of a pair.
        explained: From N such tuples to their values, float [N].
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
    found = explained([texts, *shortened])
    scores = [np.zeros(len(pieces)) for pieces in split]
    for (side, group), value in zip(groups, found[1:], strict=True):
        scores[side][group] = (found[0] - value) / len(group)
    return [
        [(piece.text, float(score)) for piece, score in zip(pieces, own, strict=True)]
        for pieces, own in zip(split, scores, strict=True)
    ], size


def _first_words(pieces: list[Piece], most_words: int) -> list[Piece]:
    """Pieces up to the last of so many words."""
    places = [index for index, piece in enumerate(pieces) if piece.is_word]
    return pieces if len(places) <= most_words else pieces[: places[most_words - 1] + 1]


def _without(texts: tuple[str, ...], split: list[list[Piece]], side: int, left_out: set[int]) -> tuple[str, ...]:
    """The texts, one of them without some of its pieces; what stands behind the pieces stays."""
    rest = texts[side][sum(len(piece.text) for piece in split[side]) :]
    kept = "".join(piece.text for index, piece in enumerate(split[side]) if index not in left_out) + rest
    return tuple(kept if index == side else text for index, text in enumerate(texts))
