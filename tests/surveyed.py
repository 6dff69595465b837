"""Columns of a user's file, as a draft sees them."""

from collections.abc import Iterable

from bert_tf.data.survey import Column


def column(name: str, values: Iterable[object]) -> Column:
    """A column of so many rows."""
    made = Column(name)
    for value in values:
        made.add(value)
    return made
