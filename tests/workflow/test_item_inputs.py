import numpy as np

from bert_tf.data.histories import Events
from bert_tf.models.item_features import ItemFeatures
from bert_tf.workflow.item_inputs import feature_inputs, known_features

FACTS = {"features": {"categories": {"genres": ["Crime"]}, "numbers": {"year": [1990.0, 5.0]}, "separator": "|"}}


def events(*features):
    return Events(np.zeros(len(features), np.int64), np.arange(len(features), dtype=float), 2, features)


SPLITS = {
    "train": events(("Crime", "1995.0"), ("Opera", ""), ("Crime", "1980.0")),
    "test": events(("Crime|Opera", "1990.0"), ("Opera", "1.0"), ("Crime", "1990.0")),
}
# The same text under two ids is one item: item 1 stands in train with two years.
ITEMS = {"train": np.array([1, 2, 1]), "test": np.array([3, 2, 4])}


def test_an_item_has_what_its_first_event_has_and_new_ones_of_unknown_categories_are_counted():
    found = known_features(SPLITS, ITEMS, facts=FACTS)
    # Crime, others, the year; of the empty text nothing.
    assert found["test"]["features"].tolist() == [[0, 0, 0], [1, 0, 1], [0, 1, 0], [1, 1, 0], [1, 0, 0]]
    assert found["train"]["cells"] == [("", ""), ("Crime", "1995.0"), ("Opera", ""), ("Crime|Opera", "1990.0"),
                                       ("Crime", "1990.0")]  # fmt: skip
    assert (found["train"]["unknown"], found["test"]["unknown"]) == ({}, {"genres": 1})


def test_runs_without_features_have_none():
    assert known_features(SPLITS, ITEMS, facts={"history": 2}) == {}


def test_a_number_that_is_empty_is_nan():
    inputs = feature_inputs(ItemFeatures.of_facts(FACTS), [("Crime", ""), ("", "7.0")])
    assert inputs["genres"] == ["Crime", ""]
    np.testing.assert_equal(inputs["year"], [np.nan, 7.0])
