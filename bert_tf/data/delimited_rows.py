"""What the fields of a delimited file's records are as rows: of one record, or of all lines of a chunk at once."""

from collections.abc import Sequence
from itertools import compress

import numpy as np
import pyarrow as pa

from bert_tf.data.layout import Layout
from bert_tf.data.lines import NumberedLines, PlainLines, slices
from bert_tf.data.plain_records import PlainReader, PlainRecords
from bert_tf.data.records import LONGEST_TAIL, Record, RecordReader, number_of_fields
from bert_tf.data.row_blocks import Cells, RowBlock, block_of, joined, once
from bert_tf.data.rows import BadRow, Row

_LEAST_LINES = 64  # that are faster in a block
_REPEATED_HEADER = ("repeated header", "the header again")
# Of ASCII, what Python strips.
_IS_BLANK = np.array([chr(code).isspace() for code in range(128)] + [False] * 128)


class DelimitedRows:
    """Makes rows.

    Args:
        names: Of the columns.
        named: The same, empty for columns that have no name of their own.
        wanted: Columns that rows shall have; None for all.
        layout: Of the file.
        header: The fields that name the columns; None for a file without them.
        limit: Bytes of the longest record.
    """

    def __init__(
        self,
        names: Sequence[str],
        *,
        named: Sequence[str],
        wanted: Sequence[str] | None,
        layout: Layout,
        header: list[str] | None,
        limit: int,
    ) -> None:
        self._width, self._header = len(names), header
        self._needed = max((place for place, column in enumerate(named, start=1) if column.strip()), default=0)
        places = {column: place for place, column in enumerate(names)}
        self._chosen = places if wanted is None else {name: places[name] for name in wanted if name in places}
        self._delimiter, quoting = layout.delimiter, layout.quoting
        self._mark, self._has_spaces = quoting.mark, quoting.follows_spaces
        self._is_plain = layout.delimiter.isascii()
        self._least, self._alone_to = max(_LEAST_LINES, len(self._chosen)), 0
        self._many = (
            PlainReader(delimiter=layout.delimiter, quoting=quoting, width=self._width, limit=limit)
            if quoting.mark is not None and self._is_plain
            else None
        )

    def row(self, record: Record | BadRow) -> Row | BadRow:
        """The row of one record."""
        if isinstance(record, BadRow):
            return record
        fields, width = record.fields, self._width
        if len(fields) > 1 and fields == self._header:
            # Files with headers that were put together by hand.
            return BadRow(record.number, *_REPEATED_HEADER, record.lines)
        if len(fields) >= width and not any(map(str.strip, fields[width:])):
            values: dict[str, object] = {column: fields[place] for column, place in self._chosen.items()}
        elif self._needed <= len(fields) < width:
            values = {column: fields[place] if place < len(fields) else None for column, place in self._chosen.items()}
        else:
            return BadRow(record.number, "number of fields", number_of_fields(len(fields), width), record.lines)
        return Row(record.number, values, record.lines)

    def next_block(self, lines: NumberedLines, reader: RecordReader) -> RowBlock | None:
        """The rows of the next lines, where many can be read at once; None where they can't.

        Args:
            lines: The lines of the file.
            reader: Of these lines.
        """
        if not self._is_plain or lines.number - reader.waiting < self._alone_to or not reader.gives_back(lines):
            return None
        plain = None
        if not self._has_spaces:
            plain = lines.plain(mark=None if self._mark is None else ord(self._mark), least=self._least)
        if plain is not None:
            lines.pass_over(len(plain))
            return self._of_lines(plain)
        near = lines.plain(mark=None, least=self._least) if self._many else None
        found = PlainRecords() if self._many is None or near is None else self._many.read(near)
        if found.taken >= self._least:
            lines.pass_over(found.taken)
            return self._of_records(found)
        # To look at each line again for so few would take longer than it saves.
        self._alone_to = lines.number + max(self._least, LONGEST_TAIL * found.ends_behind)
        return None

    def _of_lines(self, lines: PlainLines) -> RowBlock:
        filled = np.flatnonzero(lines.ends > lines.starts)
        fields = _Fields(lines.content, lines.starts[filled], lines.ends[filled], self._delimiter)
        bad = self._bad(fields)
        cells = {column: fields.cells(place, bad.codes < 0) for column, place in self._chosen.items()}
        return RowBlock(filled + lines.number, np.ones(len(filled), np.int64), cells, bad)

    def _of_records(self, found: PlainRecords) -> RowBlock:
        records = found.whole
        is_good = [len(fields) == self._width and fields != self._header for _, fields, _ in records]
        whole = list(compress(records, is_good))
        cells = {column: once([fields[place] for _, fields, _ in whole]) for column, place in self._chosen.items()}
        numbers, _, lines = zip(*whole, strict=True) if whole else ((), (), ())
        none = Cells((), np.full(len(whole), -1))
        block = RowBlock(np.array(numbers, np.int64), np.array(lines, np.int64), cells, none)
        if len(whole) < len(records):
            others = (self.row(record) for record, good in zip(records, is_good, strict=True) if not good)
            block = joined(block, block_of(others, wanted=list(self._chosen)))
        if found.numbers:
            block = joined(block, self._of_broken(found))
        return block.taken(np.argsort(block.numbers)) if len(block) > len(whole) else block

    def _of_broken(self, found: PlainRecords) -> RowBlock:
        messages, codes = once(found.messages)
        bad = Cells([("broken row", message) for message in messages], codes)
        none = Cells((), np.full(len(codes), -1, np.int32))
        cells = dict.fromkeys(self._chosen, none)
        return RowBlock(np.array(found.numbers, np.int64), np.array(found.lines, np.int64), cells, bad)

    def _bad(self, fields: "_Fields") -> Cells:
        counts, width = fields.counts, self._width
        is_bad = ~((counts >= self._needed) & (counts < width))
        longer = np.flatnonzero(counts >= width)
        is_bad[longer] = ~fields.are_blank_from(width, longer)
        codes, values = np.full(len(counts), -1, np.int32), list[tuple[str, str]]()
        for count in np.unique(counts[is_bad]).tolist():
            codes[is_bad & (counts == count)] = len(values)
            values.append(("number of fields", number_of_fields(count, width)))
        if self._header is not None and len(self._header) > 1:
            again = fields.equal_to(self._header)
            if len(again):
                codes[again] = len(values)
                values.append(_REPEATED_HEADER)
        return Cells(values, codes)


class _Fields:
    """The fields of lines.

    Args:
        content: uint8.
        starts, ends: int64[n], of each line.
        delimiter: One character of ASCII.

    Attributes:
        counts: int64[n], fields of each line.
    """

    def __init__(self, content: np.ndarray, starts: np.ndarray, ends: np.ndarray, delimiter: str) -> None:
        self._content, self._starts, self._ends, self._delimiter = content, starts, ends, delimiter
        begin, end = (int(starts[0]), int(ends[-1])) if len(starts) else (0, 0)
        self._marks = np.flatnonzero(content[begin:end] == ord(delimiter)) + begin
        self._first = np.searchsorted(self._marks, starts)
        self.counts = np.searchsorted(self._marks, ends) - self._first + 1

    def cells(self, place: int, is_good: np.ndarray) -> Cells:
        """A column's; None where a good line has less fields."""
        codes = np.full(len(self.counts), -1, np.int32)
        rows = np.flatnonzero(is_good & (self.counts > place))
        column = slices(self._content, self._begin(place, rows), self._end(place, rows)).dictionary_encode()
        codes[rows] = column.indices.to_numpy()
        values: list[object] = column.dictionary.cast(pa.string()).to_pylist()
        codes[np.flatnonzero(is_good & (self.counts <= place))] = len(values)
        return Cells([*values, None], codes)

    def are_blank_from(self, place: int, rows: np.ndarray) -> np.ndarray:
        """Whether what lines have from a field on is blank; bool, of each of the rows, which have more before it."""
        is_blank = np.ones(len(rows), bool)
        longer = np.flatnonzero(self.counts[rows] > place)
        if not len(longer):
            return is_blank
        starts, ends = self._begin(place, rows[longer]), self._ends[rows[longer]]
        letters = np.append(0, np.cumsum(~_IS_BLANK[self._content] & (self._content != ord(self._delimiter))))
        is_blank[longer] = letters[ends] == letters[starts]
        for row in np.flatnonzero(~is_blank).tolist():
            # Unicode has more blanks.
            part = self._content[self._begin(place, rows[row : row + 1])[0] : self._ends[rows[row]]]
            if part.max() > 127:
                is_blank[row] = not part.tobytes().decode().replace(self._delimiter, "").strip()
        return is_blank

    def equal_to(self, fields: Sequence[str]) -> np.ndarray:
        """The lines that have these fields."""
        line = np.frombuffer(self._delimiter.join(fields).encode(), np.uint8)
        rows = np.flatnonzero((self._ends - self._starts == len(line)) & (self.counts == len(fields)))
        found = self._content[self._starts[rows].reshape(-1, 1) + np.arange(len(line))]
        return rows[(found == line).all(axis=1)]

    def _begin(self, place: int, rows: np.ndarray) -> np.ndarray:
        return self._starts[rows] if place == 0 else self._marks[self._first[rows] + place - 1] + 1

    def _end(self, place: int, rows: np.ndarray) -> np.ndarray:
        ends = self._ends[rows].copy()
        inner = self.counts[rows] > place + 1
        ends[inner] = self._marks[self._first[rows[inner]] + place]
        return ends
