"""What every reader yields: a header for each file or split, then its rows, the broken ones included."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple


class Header(NamedTuple):
    """A file or split that begins here.

    Attributes:
        name: What a user calls it, such as `data/reviews.csv`; the place of a row is `name:number`.
        columns: The columns that its rows have.
    """

    name: str
    columns: tuple[str, ...]


class Row(NamedTuple):
    """A row that could be read; its values are not checked yet.

    Attributes:
        number: From 1: the physical line in a text file (the first one of the row), else the row.
        values: Value by column.
    """

    number: int
    values: Mapping[str, object]


class BadRow(NamedTuple):
    """A row that could not be read.

    Attributes:
        number: As in `Row`.
        reason: Two or three words that are counted in the report, such as `bad UTF-8`.
        message: What is wrong with this row.
    """

    number: int
    reason: str
    message: str


Item = Header | Row | BadRow
OpenSource = Callable[[], Iterator[Item]]
