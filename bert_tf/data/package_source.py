"""The source `package:NAME`: data that an installed package carries."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from bert_tf.data.bbc_news import read_bbc_headlines, read_bbc_news
from bert_tf.data.entity_tweets import read_entity_tweets
from bert_tf.data.people_daily import read_people_daily
from bert_tf.data.rows import Item, OpenSource
from bert_tf.data.tweets import read_tweets
from bert_tf.errors import DataError
from bert_tf.nearest_name import did_you_mean

# Each has one split, `all`: the packages carry no division into training and test.
READERS: Mapping[str, OpenSource] = MappingProxyType(
    {
        "bbc-news": read_bbc_news,
        "bbc-headlines": read_bbc_headlines,
        "tweets": read_tweets,
        "entity-tweets": read_entity_tweets,
        "people-daily": read_people_daily,
    }
)


def read_package(name: str, split: str) -> Iterator[Item]:
    """All rows of a package's data.

    Raises:
        DataError: The name or the split is unknown, or the package is not installed.
    """
    if name not in READERS:
        raise DataError(
            f"There is no package data named {name!r}.",
            where="data.source",
            hint=did_you_mean(name, READERS) or f"one of: {', '.join(READERS)}",
        )
    if split != "all":
        raise DataError(
            f"package:{name} has no split {split!r}.",
            where="data",
            hint='its only split is "all"; validation and test can be shares of it, such as 0.1',
        )
    yield from READERS[name]()
