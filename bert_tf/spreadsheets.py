"""CSV as spreadsheets open it: a text that one of them would compute gets an apostrophe before it.

A text that begins like a formula is run by whoever opens the file, and may send what stands beside it elsewhere:
https://owasp.org/www-community/attacks/CSV_Injection. Numbers stay numbers. The pages' `csv.js` does the same.
"""

import csv
import math
from collections.abc import Iterable, Sequence
from typing import TextIO

# The last four are the full-width forms, which spreadsheets of East Asia take for the first.
# Each is a single character: `write_csv_columns` looks at the first of a cell only.
_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def defused(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would compute it."""
    return f"'{text}" if text.startswith(_BEGINNINGS) and not _is_number(text) else text


def write_csv(file: TextIO, rows: Iterable[Sequence[object]], *, delimiter: str = ",", raw: bool = False) -> int:
    """Write rows of texts, numbers and None, which is an empty cell, quoted as RFC 4180 says.

    Args:
        file: Opened with `newline=""`.
        rows: The header too.
        delimiter: One character.
        raw: True writes texts as they are, for readers that compute nothing.

    Returns:
        How many cells got an apostrophe.
    """
    changed = 0

    def safe(row: Sequence[object]) -> Sequence[object]:
        nonlocal changed
        # Hardly a row has one.
        if any(isinstance(cell, str) and cell.startswith(_BEGINNINGS) for cell in row):
            cells = [defused(cell) if isinstance(cell, str) else cell for cell in row]
            changed += sum(one is not other for one, other in zip(row, cells, strict=True))
            return cells
        return row

    csv.writer(file, delimiter=delimiter).writerows(rows if raw else map(safe, rows))
    return changed


def write_csv_columns(
    file: TextIO, columns: Iterable[Sequence[object]], *, delimiter: str = ",", raw: bool = False
) -> int:
    """Write rows as `write_csv` does, given by their columns: one or more, of N cells each."""
    changed, safe = 0, []
    for column in columns:
        # Hardly a column has one.
        firsts = set() if raw else {cell[:1] for cell in column if isinstance(cell, str)}
        if firsts.isdisjoint(_BEGINNINGS):
            safe.append(column)
            continue
        safe.append([defused(cell) if isinstance(cell, str) else cell for cell in column])
        changed += sum(one is not other for one, other in zip(column, safe[-1], strict=True))
    csv.writer(file, delimiter=delimiter).writerows(zip(*safe, strict=True))
    return changed


def _is_number(text: str) -> bool:
    try:
        # Digits of other scripts, underscores and blanks are Python's numbers, and no spreadsheet's.
        return math.isfinite(float(text)) and text.isascii() and "_" not in text and text == text.strip()
    except ValueError:
        return False
