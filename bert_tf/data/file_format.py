"""How a user's files are to be read, as far as a recipe says it; what it leaves out is found in each file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bert_tf.errors import DataError

Format = Literal["conll"]
Quote = Literal["auto", "none", '"', "'"]


@dataclass(frozen=True)
class FileFormat:
    """What holds for all files of a source.

    Attributes:
        format: What their suffixes don't tell: `conll` for a word and its tags in each line.
        delimiter: Character between the fields of delimited files; None for what the suffix tells.
        quote: Character that encloses fields; `none` makes quotes letters, `auto` is what each file shows.
        encoding: Python's name of the files' encoding; None for UTF-8, or what a byte order mark tells.
        columns: Names for the columns of delimited files without a header.
        skip_lines: Lines above the header; None for those that can't be one.
        max_row_bytes: Longest row, as UTF-8; a longer one is a bad row.
        max_expansion: How many times its size a compressed or Parquet file may unpack to.

    Raises:
        DataError: the delimiter is not one character.
    """

    format: Format | None = None
    delimiter: str | None = None
    quote: Quote = "auto"
    encoding: str | None = None
    columns: Sequence[str] | None = None
    skip_lines: int | None = None
    max_row_bytes: int = 16 << 20
    max_expansion: int = 20

    def __post_init__(self) -> None:
        if self.delimiter is not None and len(self.delimiter) != 1:
            raise DataError(
                f"{self.delimiter!r} is not one character.",
                where="delimiter",
                hint="give one, such as ';'",
                kind="usage",
            )


AS_FOUND = FileFormat()
