"""What tensorflow_text looks the pieces of words up in."""

import functools
from collections.abc import Sequence

import numpy as np


# A process often opens one encoder many times, with a tokenizer each: for its graphs, exports, explanations.
@functools.lru_cache(maxsize=4)
def piece_lookup(
    vocabulary: tuple[str | None, ...], *, unknown_token: str, max_bytes_per_word: int, of_texts: bool
) -> np.ndarray:
    """The `model_buffer` of a `FastWordpieceTokenizer`, uint8 [any], about a megabyte; not to be written to.

    Args:
        vocabulary: As of `Specification`.
        unknown_token: Stands for words that can't be made of pieces.
        max_bytes_per_word: Longer words become the unknown token.
        of_texts: Whether it splits texts into words; else it is given words.
    """
    from tensorflow_text import build_fast_wordpiece_model

    built = build_fast_wordpiece_model(
        _representable(vocabulary, of_texts=of_texts),
        max_bytes_per_word,
        "##",  # in front of a piece inside a word
        unknown_token,
        not of_texts,
        False,  # for no way back from ids to text
    )
    return np.frombuffer(built, np.uint8)


def _representable(vocabulary: Sequence[str | None], *, of_texts: bool) -> list[str]:
    """The vocabulary as tensorflow_text takes it: a token for every id.

    Where there is none, or it is one that tensorflow_text can't hold, stands one with spaces, which no word can match.
    """
    return [
        f"[no token {token_id}]" if token is None or not _is_held(token, of_texts=of_texts) else token
        for token_id, token in enumerate(vocabulary)
    ]


def _is_held(token: str, *, of_texts: bool) -> bool:
    """tensorflow_text crashes on NUL and on pieces without a character; no text can produce such tokens.

    Splitting into words as well, it refuses control characters too, which plain text doesn't have.
    """
    return token not in ("", "##") and "\0" not in token and (token.isprintable() or not of_texts)
