"""What is known of the items of an index beside their texts, from the columns that are kept with them."""

import json
from collections.abc import Iterator

from bert_tf.data.checks import Refusal
from bert_tf.data.corpus import Corpus
from bert_tf.errors import DataError
from bert_tf.models.item_features import ItemFeatures
from bert_tf.tasks.regress.number_cell import check_number


def catalogue_cells(features: ItemFeatures, corpus: Corpus, *, where: str) -> list[tuple[str, ...]]:
    """Cells of N items, as of `ItemFeatures.columns`.

    Args:
        features: Of the model.
        corpus: With the columns that these are made of as metadata.
        where: What the items were read from.

    Raises:
        DataError: a column isn't among the metadata, or a number is none.
    """
    kept = [json.loads(row) for row in corpus.metadata or ("{}",)]
    missing = [column for column in features.columns if any(column not in row for row in kept)]
    if missing or corpus.metadata is None:
        raise DataError(
            f"This model reads {', '.join(features.columns)} of an item beside its text; the index has no "
            f"{', '.join(missing)}.",
            where=where,
            hint=f"keep these columns with the items: {' '.join(f'--metadata {column}' for column in missing)}",
        )
    return [tuple(_cells(features, row, where=where)) for row in kept]


def _cells(features: ItemFeatures, row: dict[str, object], *, where: str) -> Iterator[str]:
    for column in features.columns:
        value = row[column]
        if value is None or value == "":
            yield ""
        elif column in features.categories:
            yield str(value)
        else:
            number = check_number(column, value)
            if isinstance(number, Refusal):
                raise DataError(f"An item can't be used: {number.message}.", where=where)
            yield repr(number)
