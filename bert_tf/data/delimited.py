"""CSV and TSV files, row by row; what is broken is told with its physical line."""

from collections.abc import Iterator, Sequence

from bert_tf.data.delimited_rows import DelimitedRows
from bert_tf.data.layout import Layout
from bert_tf.data.lines import NumberedLines
from bert_tf.data.records import Record, RecordReader
from bert_tf.data.row_blocks import BlockItem
from bert_tf.data.rows import BadRow, Header, Remark
from bert_tf.errors import DataError


def read_delimited(
    lines: NumberedLines,
    *,
    name: str,
    layout: Layout,
    columns: Sequence[str] | None = None,
    wanted: Sequence[str] | None = None,
    max_row_bytes: int,
) -> Iterator[BlockItem]:
    """The header, remarks on the file, then its records, in blocks where many lines are plain. Blank lines are none.

    Columns without a name are called `column1`, `column2`, … by their place. A row may have more fields than there are
    columns, if they are empty, and less if those that it lacks have no name.

    Args:
        lines: The file's physical lines.
        name: What the file is called.
        layout: Of the file.
        columns: Names of the columns when the first line is a record already.
        wanted: Columns that rows shall have; all of them if not given.
        max_row_bytes: A longer record is a bad row.

    Raises:
        DataError: The header can't be read.
    """
    for _ in range(layout.skip_lines):
        next(lines, None)
    reader = RecordReader(
        lines,
        delimiter=layout.delimiter,
        quoting=layout.quoting,
        limit=max_row_bytes,
        pass_over_blank=lines.pass_over_blank,
    )
    records = iter(reader)
    first = _header(next(records, None), name) if columns is None else None
    named = list(columns or ()) if first is None else first.fields
    names = name_columns(named)
    reader.width = len(names)
    yield Header(name, tuple(names))
    yield from map(Remark, layout.remarks)
    if first is not None and first.lines > 1:
        yield Remark(f"the header takes {first.lines:,} lines")
    header = None if first is None else named
    rows = DelimitedRows(names, named=named, wanted=wanted, layout=layout, header=header, limit=max_row_bytes)
    while True:
        block = rows.next_block(lines, reader)
        if block is not None:
            yield block
        elif (record := next(records, None)) is not None:
            yield rows.row(record)
        else:
            return


def name_columns(cells: Sequence[str]) -> list[str]:
    """The names in a header, with one for each column that has none: `column3` for the third."""
    taken = set(cells)
    names = []
    for number, cell in enumerate(cells, start=1):
        name = cell
        if not cell.strip():
            name = f"column{number}"
            while name in taken:
                name += "_"
        names.append(name)
    return names


def _header(first: Record | BadRow | None, name: str) -> Record:
    if first is None:
        raise DataError(f"{name} has only blank lines.", where=name)
    if isinstance(first, BadRow):
        hint = 'if the file is in an older encoding, tell which: data.encoding = "cp1252"'
        raise DataError(
            f"The header of {name} can't be read: {first.message}.",
            where=f"{name}:{first.number}",
            hint=hint if first.reason == "bad UTF-8" else None,
        )
    return first
