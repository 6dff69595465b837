"""Texts as rows of bytes: those of a label one behind the other, with a byte between them that UTF-8 never has."""

from collections.abc import Sequence

import numpy as np

from bert_tf.ragged_rows import RaggedRows

_BETWEEN = b"\xff"
BY_LABEL = "by_label"  # in facts: texts belong together that have one label, and a label is its name


def join_texts(texts: Sequence[bytes]) -> bytes:
    """One or more texts in UTF-8 as bytes of a row."""
    return _BETWEEN.join(texts)


def split_texts(rows: RaggedRows) -> list[tuple[bytes, ...]]:
    """The texts of each of N rows, uint8 [N, bytes]."""
    return [tuple(row.tobytes().split(_BETWEEN)) for row in rows]


def first_texts(rows: RaggedRows) -> list[str]:
    """The first text of each of N rows."""
    return [texts[0].decode() for texts in split_texts(rows)]


def as_rows(texts: Sequence[str]) -> RaggedRows:
    """N texts as rows, uint8 [N, bytes]."""
    encoded = [text.encode() for text in texts]
    values = np.frombuffer(b"".join(encoded), np.uint8)
    return RaggedRows.of_lengths(values, np.array([len(text) for text in encoded], np.int64))
