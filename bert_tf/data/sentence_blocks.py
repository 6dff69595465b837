"""Many sentences of a CoNLL file at once: of equal ones, one is read."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from bert_tf.data.lines import NumberedLines, PlainLines, slices
from bert_tf.data.row_blocks import Cells, RowBlock, block_of, joined
from bert_tf.data.rows import BadRow, Row

# That are faster in a block, and of a block: with more lists at once, Python's garbage collector takes long.
_LEAST_LINES, _MOST_LINES = 64, 4096
_LINE_FEED, _RETURN, _TAB, _SPACE = b"\n\r\t "
_FIRST_LETTERS = np.frombuffer(b"#-", np.uint8)
# Of ASCII, what Python strips.
_IS_BLANK = np.array([code < 128 and chr(code).isspace() for code in range(256)])


class SentenceBlocks:
    """Makes blocks.

    Args:
        read: The rows of lines that stand between blank ones; the first line has the number 1.
        columns: Of the rows.
        delimiter: What divides the columns.
        limit: Bytes of the longest sentence.
    """

    def __init__(
        self, read: Callable[[str], list[Row | BadRow]], *, columns: Sequence[str], delimiter: str, limit: int
    ) -> None:
        self._read, self._columns, self._delimiter, self._limit = read, columns, delimiter, limit
        self._alone_to = 0

    def next_block(self, lines: NumberedLines) -> RowBlock | None:
        """The rows of the next lines, where many can be read at once; there may be none. None where they can't.

        Args:
            lines: Of which no sentence was begun.
        """
        if lines.number < self._alone_to:
            return None
        plain = lines.plain(mark=None, least=_LEAST_LINES)
        whole = (
            None if plain is None else self._whole_sentences(plain.first(_MOST_LINES)) or self._whole_sentences(plain)
        )
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
        simple, is_simple = self._simple(found.dictionary)
        texts = found.dictionary.filter(pa.array(~is_simple)).cast(pa.string()).to_pylist()
        read = list(map(self._read, texts))
        distinct = joined(simple, block_of((row for rows in read for row in rows), wanted=self._columns))
        counts, codes = np.ones(len(is_simple), np.int64), found.indices.to_numpy()
        # A sentence may be several rows, and none: where documents begin, and where lines are comments.
        counts[~is_simple] = list(map(len, read))
        order = np.argsort(~is_simple, kind="stable")
        begins = np.empty(len(counts), np.int64)
        begins[order] = np.cumsum(counts[order]) - counts[order]
        repeats = counts[codes]
        within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        block = distinct.taken(np.repeat(begins[codes], repeats) + within)
        return replace(block, numbers=block.numbers + np.repeat(first + plain.number - 1, repeats))

    def _simple(self, sentences: pa.Array) -> tuple[RowBlock, np.ndarray]:
        """The rows of sentences whose lines are only fields, one delimiter between each two; bool[n], which these are.

        Args:
            sentences: `pa.binary()` [n], without the last line feed.
        """
        _, offsets, buffer = sentences.buffers()
        ends = np.frombuffer(offsets, np.int32, len(sentences) + 1)[sentences.offset :].astype(np.int64)
        content = np.frombuffer(buffer, np.uint8)[: ends[-1]] if buffer else np.empty(0, np.uint8)
        fields = _Fields(content, ends, delimiter=self._delimiter, width=len(self._columns))
        is_simple = fields.are_simple
        columns = [fields.column(place) for place in range(len(self._columns))]
        # Of what is not ASCII, some is blank.
        if not all(map(str.strip, columns[0])):
            is_simple, columns = np.zeros(len(sentences), bool), [[] for _ in self._columns]
        lines = fields.lines[is_simple]
        stops = np.cumsum(lines)
        bounds = list(zip((stops - lines).tolist(), stops.tolist(), strict=True))
        codes, none = np.arange(len(lines), dtype=np.int32), np.full(len(lines), -1, np.int32)
        cells = {
            name: Cells([values[start:stop] for start, stop in bounds], codes)
            for name, values in zip(self._columns, columns, strict=True)
        }
        return RowBlock(np.ones(len(lines), np.int64), lines, cells, Cells((), none)), is_simple


class _Fields:
    """The fields of the lines of sentences that are simple.

    Args:
        content: uint8, the sentences one behind the other.
        ends: int64[n + 1], where each begins, and where the last one ends.
        delimiter: One character of ASCII.
        width: Fields of a line.

    Attributes:
        are_simple: bool[n].
        lines: int64[n], of each sentence.
    """

    def __init__(self, content: np.ndarray, ends: np.ndarray, *, delimiter: str, width: int) -> None:
        self._content = content
        feeds, self._marks = np.flatnonzero(content == _LINE_FEED), np.flatnonzero(content == ord(delimiter))
        sentence = np.searchsorted(ends, feeds, side="right")
        self.lines = np.bincount(sentence - 1, minlength=len(ends) - 1) + 1
        starts = np.sort(np.append(ends[:-1], feeds + 1))
        stops = np.sort(np.append(feeds, ends[1:]))
        self._first = np.searchsorted(self._marks, starts)
        counts = np.searchsorted(self._marks, stops) - self._first
        odd = content == _RETURN
        if delimiter == " ":
            # Blanks of any number divide fields there, and none before the first.
            odd |= content == _TAB
            is_blank = content == _SPACE
            odd[1:] |= is_blank[1:] & is_blank[:-1]
        odd_places = np.flatnonzero(odd)
        is_odd = np.searchsorted(odd_places, stops) > np.searchsorted(odd_places, starts)
        is_odd |= counts != width - 1
        letters = np.append(content, 0)
        # A comment, or a document's beginning, as far as can be told by its first letter.
        is_odd |= np.isin(letters[starts], _FIRST_LETTERS) | (letters[starts] == ord(delimiter))
        if delimiter == " ":
            is_odd |= letters[stops - 1] == _SPACE
        of_line = np.repeat(np.arange(len(self.lines)), self.lines)
        self.are_simple = np.bincount(of_line[is_odd], minlength=len(self.lines)) == 0
        chosen = self.are_simple[of_line]
        self._starts, self._stops, self._first = starts[chosen], stops[chosen], self._first[chosen]
        self._width = width

    def column(self, place: int) -> list[str]:
        """The fields of all lines."""
        begins = self._starts if place == 0 else self._marks[self._first + place - 1] + 1
        ends = self._stops if place == self._width - 1 else self._marks[self._first + place]
        return slices(self._content, begins, ends).cast(pa.string()).to_pylist()
