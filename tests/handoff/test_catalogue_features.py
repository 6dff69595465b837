import json

import pytest

from bert_tf.data.corpus import make_corpus
from bert_tf.errors import DataError
from bert_tf.handoff.catalogue_features import catalogue_cells
from bert_tf.models.item_features import ItemFeatures

FEATURES = ItemFeatures({"genres": ("Crime",)}, {"year": (1990.0, 5.0)}, "|")


def found(*metadata):
    rows = None if metadata == (None,) else [json.dumps(row) for row in metadata]
    texts = [f"item {row}".encode() for row in range(len(metadata))]
    return catalogue_cells(FEATURES, make_corpus([str(row) for row in range(len(texts))], texts, rows),
                              where="movies.csv")  # fmt: skip


def test_cells_are_those_of_the_columns_that_are_kept():
    made = found({"genres": "Crime|Opera", "year": "1995"}, {"genres": None, "year": ""}, {"genres": "", "year": 1985})
    assert made == [("Crime|Opera", "1995.0"), ("", ""), ("", "1985.0")]


@pytest.mark.parametrize("metadata", [None, {"genres": "Crime"}])
def test_a_column_that_is_not_kept_is_asked_for(metadata):
    with pytest.raises(DataError, match="This model reads genres, year of an item") as told:
        found(metadata)
    assert told.value.hint.endswith("--metadata genres --metadata year" if metadata is None else ": --metadata year")


def test_a_number_that_is_none_is_told():
    with pytest.raises(DataError, match="year is 'soon', not a number"):
        found({"genres": "", "year": "soon"})
