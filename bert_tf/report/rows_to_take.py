"""Rows that a page holds as data: listed and filtered there, and taken away as CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bert_tf.evaluation.predictions import Predictions
from bert_tf.plurals import capitalized
from bert_tf.report.compared_runs import Disagreement, Pairing
from bert_tf.report.paired_words import PairedWords

MOST_ROWS = 5_000
_MOST_CHARACTERS = 3_000_000  # of all texts together: a page opens in a moment
_LONGEST_TEXT = 2_000
_DIGITS = 7  # which float32 has


@dataclass(frozen=True)
class RowsToTake:
    """A table for a page.

    Attributes:
        name: Of the CSV file.
        columns: Their names.
        rows: Values in the order of the columns.
        left_out: A sentence on what the page lacks; empty where it has all.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    left_out: str = ""

    @property
    def as_json(self) -> Mapping[str, Any]:
        """What the page's script reads."""
        return {"name": self.name, "columns": self.columns, "rows": self.rows}


def rows_with_texts(
    rows: Predictions,
    answers: Mapping[int, Sequence[Any]],
    *,
    name: str,
    columns: Sequence[str],
    split: str,
    left_out: str,
    decimals: int | None = 4,
) -> RowsToTake:
    """Rows of a split with their places and texts, in the order of the answers.

    Args:
        rows: The split's.
        answers: By row, what stands between its place and its text; the first 5,000 are taken.
        name: Of the CSV file.
        columns: Of the answers.
        split: Whose predictions have all of them.
        left_out: Such as `only the {} most confident of {} mistakes are here`: said of rows that are left out.
        decimals: Of answers that are numbers; None where their size may be any: they get seven digits.
    """
    shown = list(answers)[:MOST_ROWS]
    pairs = ["pair"] if len(rows) and rows.pair(0) is not None else []
    longest = longest_text(len(shown) * (1 + len(pairs)))
    values = [
        [rows.place(index), *(_rounded(each, decimals) for each in answers[index]), *_texts(rows, index, longest)]
        for index in shown
    ]
    lacking = []
    if len(answers) > len(shown):
        lacking.append(left_out.format(f"{len(shown):,}", f"{len(answers):,}"))
    if any(isinstance(value, str) and len(value) == longest for row in values for value in row[1 + len(columns) :]):
        lacking.append(f"texts are cut after {longest:,} characters")
    said = f"{capitalized(' and '.join(lacking))}; predictions/{split}.parquet has all of them." if lacking else ""
    return RowsToTake(name, ["place", *columns, "text", *pairs], values, said)


def all_disagreements(pair: Pairing, words: PairedWords) -> RowsToTake:
    """Rows that one of two runs has right, or better, and the other wrong, or worse."""
    rows: list[list[Any]] = []
    both = [(pair.number, row) for row in pair.run_better] + [(pair.reference, row) for row in pair.reference_better]
    longest = longest_text(2 * len(both))
    for better, row in both:
        rows.append([better, *_of_disagreement(row, longest, words.decimals)])
    one, other = f"run_{pair.number}", f"run_{pair.reference}"
    answers = [name for run in (one, other) for name in (f"{run}_predicted", f"{run}_{words.figure}")]
    columns = [f"{words.won}_run", "place", words.expected, *answers, "text", "pair"]
    return RowsToTake(f"disagreements-{pair.number}-{pair.reference}.csv", columns, rows)


def _of_disagreement(row: Disagreement, longest: int, decimals: int | None) -> list[Any]:
    answers = [
        value for each in (row.answer, row.reference) for value in (each.predicted, _rounded(each.figure, decimals))
    ]
    return [row.place, row.expected, *answers, row.text[:longest], None if row.pair is None else row.pair[:longest]]


def longest_text(texts: int) -> int:
    """Characters of each of so many texts that a page has room for."""
    return min(_LONGEST_TEXT, _MOST_CHARACTERS // max(texts, 1))


def _rounded(value: Any, decimals: int | None) -> Any:
    if not isinstance(value, float):
        return value
    return float(f"{value:.{_DIGITS}g}") if decimals is None else round(value, decimals)


def _texts(rows: Predictions, index: int, longest: int) -> list[str]:
    pair = rows.pair(index)
    return [rows.text(index)[:longest], *([] if pair is None else [pair[:longest]])]
