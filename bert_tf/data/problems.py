"""Bad rows as they are found: listed in one error, or counted and passed over."""

from collections import Counter
from typing import Literal

from bert_tf.errors import DataError

MOST_SHOWN = 20


class Problems:
    """Everything that is wrong with the rows of all splits.

    Args:
        on_bad_row: `fail` makes `raise_if_any` list bad rows; `skip` only counts them. A missing column always fails.
    """

    def __init__(self, on_bad_row: Literal["fail", "skip"]) -> None:
        self._skips = on_bad_row == "skip"
        self._files: list[str] = []
        self._rows: list[str] = []
        self._count = 0
        self.reasons: dict[str, Counter[str]] = {}
        self.places: dict[str, list[str]] = {}

    def add_file(self, message: str) -> None:
        """Record what is wrong with a whole file or split."""
        self._files.append(message)

    def add_row(self, *, split: str, place: str, reason: str, message: str) -> None:
        """Record a bad row; the first ones are kept with their place, all are counted."""
        self._count += 1
        if len(self._rows) < MOST_SHOWN:
            self._rows.append(f"{place}: {message}")
        self.reasons.setdefault(split, Counter())[reason] += 1
        places = self.places.setdefault(split, [])
        if len(places) < MOST_SHOWN:
            places.append(f"{place}: {reason}")

    def raise_if_any(self) -> None:
        """Raise DataError with everything that must be mended before training; do nothing if there is nothing."""
        rows = [] if self._skips else list(self._rows)
        if not self._files and not rows:
            return
        if rows and self._count > len(rows):
            rows.append(f"… and {self._count - len(rows):,} more")
        if self._files:
            what = "The data lacks columns that the recipe names:"
            hint = "set data.text, data.label and the like to columns that are there"
        else:
            what = "The data has a bad row:" if self._count == 1 else f"The data has {self._count:,} bad rows:"
            hint = 'mend the rows, or skip and count them with data.on_bad_row = "skip"'
            if any("bad UTF-8" in reasons for reasons in self.reasons.values()):
                hint += "; a file in an older encoding is converted by iconv -f CP1252 -t UTF-8 OLD > NEW"
        raise DataError(what, problems=[*self._files, *rows], hint=hint)
