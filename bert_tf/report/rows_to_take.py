"""Rows that a page holds as data: listed and filtered there, and taken away as CSV."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bert_tf.evaluation.confidence import most_confident_mistakes
from bert_tf.evaluation.predictions import Predictions
from bert_tf.report.comparison import Disagreement, Pairing
from bert_tf.report.measured import Measured

_MOST_ROWS = 5_000
_MOST_CHARACTERS = 3_000_000  # of all texts together: a page opens in a moment
_LONGEST_TEXT = 2_000
_DECIMALS = 4


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


def all_mistakes(found: Measured) -> RowsToTake:
    """Every wrong prediction, most confident first."""
    rows, labels = found.rows, found.rows.labels
    wrong = most_confident_mistakes(labels, found.probabilities, most=len(rows))
    shown = wrong[:_MOST_ROWS]
    pairs = ["pair"] if len(rows) and rows.pair(0) is not None else []
    longest = _longest(len(shown) * (1 + len(pairs)))
    names = rows.label_names
    values = []
    for index in map(int, shown):
        predicted = int(found.predicted[index])
        score = round(float(found.probabilities[index, predicted]), _DECIMALS)
        values.append([rows.place(index), names[labels[index]], names[predicted], score, *_texts(rows, index, longest)])
    columns = ["place", "label", "predicted", "score", "text", *pairs]
    return RowsToTake("mistakes.csv", columns, values, _left_out(found.split, wrong, values, longest))


def doubtful_labels(errors: Iterable[Mapping[str, Any]]) -> RowsToTake:
    """Rows whose label is likely wrong, as the report lists them."""
    shown = list(errors)[:_MOST_ROWS]
    longest = _longest(len(shown))
    columns = ("place", "split", "label", "predicted", "confidence")
    rows = [[*(row[name] for name in columns), row["text"][:longest]] for row in shown]
    for row in rows:
        row[4] = round(row[4], _DECIMALS)
    return RowsToTake("doubtful-labels.csv", ["place", "split", "label", "predicted", "score", "text"], rows)


def all_disagreements(pair: Pairing) -> RowsToTake:
    """Rows that one of two runs has right and the other wrong."""
    rows: list[list[Any]] = []
    both = [(pair.number, row) for row in pair.run_right] + [(pair.reference, row) for row in pair.reference_right]
    longest = _longest(2 * len(both))
    for right, row in both:
        rows.append([right, *_of_disagreement(row, longest)])
    one, other = f"run_{pair.number}", f"run_{pair.reference}"
    answers = [name for run in (one, other) for name in (f"{run}_predicted", f"{run}_score")]
    columns = ["right_run", "place", "label", *answers, "text", "pair"]
    return RowsToTake(f"disagreements-{pair.number}-{pair.reference}.csv", columns, rows)


def _of_disagreement(row: Disagreement, longest: int) -> list[Any]:
    answers = [
        value for each in (row.answer, row.reference) for value in (each.label, round(each.probability, _DECIMALS))
    ]
    return [row.place, row.label, *answers, row.text[:longest], None if row.pair is None else row.pair[:longest]]


def _longest(texts: int) -> int:
    return min(_LONGEST_TEXT, _MOST_CHARACTERS // max(texts, 1))


def _texts(rows: Predictions, index: int, longest: int) -> list[str]:
    pair = rows.pair(index)
    return [rows.text(index)[:longest], *([] if pair is None else [pair[:longest]])]


def _left_out(split: str, wrong: np.ndarray, values: Sequence[Sequence[Any]], longest: int) -> str:
    lacking = []
    if len(wrong) > len(values):
        lacking.append(f"only the {len(values):,} most confident of {len(wrong):,} mistakes are here")
    if any(isinstance(value, str) and len(value) == longest for row in values for value in row[4:]):
        lacking.append(f"texts are cut after {longest:,} characters")
    if not lacking:
        return ""
    sentence = " and ".join(lacking)
    return f"{sentence[0].upper()}{sentence[1:]}; predictions/{split}.parquet has all of them."
