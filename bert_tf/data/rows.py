"""What every reader yields: a header for each file or split, then its rows, the broken ones included."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple


class Header(NamedTuple):
    """A file or split that begins here.

    Attributes:
        name: What a user calls it, such as `data/reviews.csv`; the place of a row is `name:number`.
        columns: The columns that its rows have, as they are written: a name may be there twice. Empty where no row
            could tell.
        unreadable: What those columns hold whose values are none that a row could have, by name.
        lists: The same of those whose values are lists, which only a label may be.
    """

    name: str
    columns: tuple[str, ...]
    unreadable: Mapping[str, str] = {}
    lists: Mapping[str, str] = {}


class Remark(NamedTuple):
    """Something about the current file that whoever owns it should know.

    Attributes:
        message: A sentence, without the file's name.
    """

    message: str


class Row(NamedTuple):
    """A row that could be read; its values are not checked yet.

    Attributes:
        number: From 1: the physical line in a text file (the first one of the row), else the row.
        values: Value by column.
        lines: Physical lines that it takes.
    """

    number: int
    values: Mapping[str, object]
    lines: int = 1


class BadRow(NamedTuple):
    """A row that could not be read.

    Attributes:
        number: As in `Row`.
        reason: Two or three words that are counted in the report, such as `bad UTF-8`.
        message: What is wrong with this row.
        lines: Physical lines that are dropped with it.
    """

    number: int
    reason: str
    message: str
    lines: int = 1


Item = Header | Remark | Row | BadRow
OpenSource = Callable[[], Iterator[Item]]
