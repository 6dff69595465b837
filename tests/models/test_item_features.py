import numpy as np
import tensorflow as tf

from bert_tf.models.item_features import ItemFeatures

FACTS = {
    "features": {
        "categories": {"genres": ["Action", "Crime"], "land": ["de"]},
        "numbers": {"Release year": [1990.0, 5.0]},
        "separator": "|",
    }
}
FEATURES = ItemFeatures.of_facts(FACTS)


def test_categories_are_counted_and_numbers_standardised():
    cells = {
        "genres": tf.constant(["Crime|Action", "", " Crime | Western|Opera", "crime"]),
        "land": tf.constant(["de", "fr", "", "de"]),
        "Release_year": tf.constant([1995.0, np.nan, 1990.0, 1980.0]),
    }
    # Action, Crime, others of genres, de, others of land, the year.
    assert FEATURES(cells).numpy().tolist() == [
        [1, 1, 0, 1, 0, 1],
        [0, 0, 0, 0, 1, 0],
        [0, 1, 2, 0, 0, 0],
        [0, 0, 1, 1, 0, -2],
    ]
    assert (FEATURES.size, dict(FEATURES.others)) == (6, {"genres": 2, "land": 4})


def test_what_is_asked_for_and_none_where_there_are_no_features():
    assert FEATURES.inputs == {"genres": tf.string, "land": tf.string, "Release_year": tf.float32}
    assert FEATURES.columns == ("genres", "land", "Release year")
    assert FEATURES.mean("Release_year") == 1990
    assert ItemFeatures.of_facts({"history": 3}) is None


def test_no_items_have_no_features():
    empty = {name: tf.zeros([0], dtype) for name, dtype in FEATURES.inputs.items()}
    assert FEATURES(empty).shape == (0, 6)
