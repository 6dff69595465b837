"""Many sentences of a CoNLL file at once: of equal ones, one is read."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from bert_tf.data.lines import NumberedLines, PlainLines, slices
from bert_tf.data.row_blocks import RowBlock, block_of
from bert_tf.data.rows import BadRow, Row

_LEAST_LINES = 64  # that are faster in a block
# Of ASCII, what Python strips.
_IS_BLANK = np.array([code < 128 and chr(code).isspace() for code in range(256)])


class SentenceBlocks:
    """Makes blocks.

    Args:
        read: The rows of lines that stand between blank ones; the first line has the number 1.
        columns: Of the rows.
        limit: Bytes of the longest sentence.
    """

    def __init__(self, read: Callable[[str], list[Row | BadRow]], *, columns: Sequence[str], limit: int) -> None:
        self._read, self._columns, self._limit = read, columns, limit
        self._alone_to = 0

    def next_block(self, lines: NumberedLines) -> RowBlock | None:
        """The rows of the next lines, where many can be read at once; there may be none. None where they can't.

        Args:
            lines: Of which no sentence was begun.
        """
        if lines.number < self._alone_to:
            return None
        plain = lines.plain(mark=None, least=_LEAST_LINES)
        whole = None if plain is None else self._whole_sentences(plain)
        if plain is None or whole is None:
            # To look at the same lines again and again would take quadratic time.
            self._alone_to = lines.number + (_LEAST_LINES if plain is None else len(plain))
            return None
        first, last, taken = whole
        lines.pass_over(taken)
        return self._block(plain, first, last)

    def _whole_sentences(self, plain: PlainLines) -> tuple[np.ndarray, np.ndarray, int] | None:
        """First and last line of each, as far as none is too long, and how many lines they take with blank ones."""
        content = plain.content[plain.starts[0] : plain.stops[-1]]
        letters = np.append(0, np.cumsum(~_IS_BLANK[content]))
        is_blank = letters[plain.ends - plain.starts[0]] == letters[plain.starts - plain.starts[0]]
        blank = np.flatnonzero(is_blank)
        taken = int(blank[-1]) + 1 if len(blank) else 0
        edges = np.diff(np.concatenate([[0], ~is_blank[:taken], [0]]).astype(np.int8))
        first, last = np.flatnonzero(edges > 0), np.flatnonzero(edges < 0) - 1
        too_long = np.flatnonzero(plain.stops[last] - plain.starts[first] > self._limit)
        if len(too_long):
            taken = int(first[too_long[0]])
            first, last = first[: too_long[0]], last[: too_long[0]]
        return (first, last, taken) if taken else None

    def _block(self, plain: PlainLines, first: np.ndarray, last: np.ndarray) -> RowBlock:
        found = slices(plain.content, plain.starts[first], plain.ends[last]).dictionary_encode()
        read = list(map(self._read, found.dictionary.cast(pa.string()).to_pylist()))
        distinct = block_of((row for rows in read for row in rows), wanted=self._columns)
        counts = np.array(list(map(len, read)), np.int64)
        begins, codes = np.cumsum(counts) - counts, found.indices.to_numpy()
        # A sentence may be several rows, and none: where documents begin, and where lines are comments.
        repeats = counts[codes]
        within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        block = distinct.taken(np.repeat(begins[codes], repeats) + within)
        return replace(block, numbers=block.numbers + np.repeat(first + plain.number - 1, repeats))
