"""Which tokens each word of a text came to, in the text's own spelling."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from tokenizers import Encoding

from bert_tf.text.fast_tokenizer import FastTokenizer

_APOSTROPHES = {"'", "’"}


class Word(NamedTuple):
    """A stretch of a text: a word, a punctuation mark, or what lies between them and has no tokens.

    Attributes:
        text: Its characters.
        tokens: Positions in the row of the tokens it came to.
    """

    text: str
    tokens: tuple[int, ...]


class WordRow(NamedTuple):
    """A text, or a pair of texts, as the encoder takes it.

    Attributes:
        ids: int32 [L], special tokens included, not padded.
        segments: int32 [L], 1 for the second text's tokens where the encoder tells them apart.
        special: bool [L], whether a token is the tokenizer's and not the text's.
        texts: The words of each text in order; joined, they give the part of the text that the row holds.
    """

    ids: np.ndarray
    segments: np.ndarray
    special: np.ndarray
    texts: tuple[tuple[Word, ...], ...]


def encode_words(
    tokenizer: FastTokenizer, texts: Sequence[str], pairs: Sequence[str] | None = None, *, max_tokens: int
) -> list[WordRow]:
    """A row for each text, or pair.

    Args:
        tokenizer: Of `bert_tf.text.loading.load_reference`, whose ids are those the model was trained on.
        texts: N texts.
        pairs: Their second texts.
        max_tokens: Longest row; longer texts are cut.
    """
    columns = [[_readable(text) for text in column] for column in (texts, pairs) if column is not None]
    encodings = tokenizer.encode(*columns, max_tokens=max_tokens)
    cut_at_start = tokenizer.truncation_side == "left"
    return [
        WordRow(
            ids=np.array(encoding.ids, np.int32),
            segments=np.array(encoding.type_ids, np.int32),
            special=np.array(encoding.special_tokens_mask, bool),
            texts=tuple(
                tuple(_words(column[index], encoding, sequence, cut_at_start=cut_at_start))
                for sequence, column in enumerate(columns)
            ),
        )
        for index, encoding in enumerate(encodings)
    ]


def _readable(text: str) -> str:
    """The text without what UTF-8 can't hold, as every tokenizer here reads it."""
    return text.encode("utf-8", "replace").decode()


def _words(text: str, encoding: Encoding, sequence: int, *, cut_at_start: bool) -> list[Word]:
    """The words of one text of a row, and the gaps between them."""
    spans = _joined_at_apostrophes(text, _word_spans(encoding, sequence))
    is_cut = bool(encoding.overflowing)
    position = spans[0][0] if is_cut and cut_at_start and spans else 0
    words = []
    for start, end, tokens in spans:
        # Tokens of marks that Unicode's canonical order moves may overlap.
        start = max(start, position)
        if start > position:
            words.append(Word(text[position:start], ()))
        position = max(end, start)
        words.append(Word(text[start:position], tuple(tokens)))
    if position < len(text) and (cut_at_start or not is_cut):
        words.append(Word(text[position:], ()))
    return words


def _word_spans(encoding: Encoding, sequence: int) -> list[tuple[int, int, list[int]]]:
    """Start, end and tokens of each word that the tokenizer found."""
    spans: list[tuple[int, int, list[int]]] = []
    last_word = None
    places = zip(encoding.sequence_ids, encoding.word_ids, encoding.offsets, strict=True)
    for token, (own_sequence, word, (start, end)) in enumerate(places):
        if own_sequence != sequence:
            continue
        if spans and word == last_word:
            first, last, tokens = spans[-1]
            spans[-1] = (min(first, start), max(last, end), [*tokens, token])
        else:
            spans.append((start, end, [token]))
        last_word = word
    return spans


def _joined_at_apostrophes(text: str, spans: list[tuple[int, int, list[int]]]) -> list[tuple[int, int, list[int]]]:
    """Tokenizers take "don't" for two or three words, a reader for one."""
    joined: list[tuple[int, int, list[int]]] = []
    for start, end, tokens in spans:
        if joined and joined[-1][1] == start and (_is_inner(text, start) or _is_inner(text, start - 1)):
            first, _, before = joined[-1]
            joined[-1] = (first, end, [*before, *tokens])
        else:
            joined.append((start, end, tokens))
    return joined


def _is_inner(text: str, place: int) -> bool:
    """Whether an apostrophe stands there, between letters or digits."""
    between = 0 < place < len(text) - 1
    return between and text[place] in _APOSTROPHES and text[place - 1].isalnum() and text[place + 1].isalnum()
