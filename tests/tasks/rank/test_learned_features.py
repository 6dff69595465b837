import pytest

from bert_tf.errors import DataError
from bert_tf.tasks.rank.learned_features import age_unit, learned_features
from bert_tf.tasks.rank.settings import RankSettings

SETTINGS = RankSettings(items="items.csv", categories=("genres",), numbers=("year",))


def learned(*cells, settings=SETTINGS):
    return learned_features(settings, cells, where="items.csv")


def test_what_two_events_have_is_known_and_numbers_have_a_mean():
    found = learned(("Crime|Action", "1990.0"), ("Crime| Drama", ""), ("Action", "2000.0"))
    assert found.facts == {
        "features": {"categories": {"genres": ["Action", "Crime"]}, "numbers": {"year": [1995, 5]}, "separator": "|"}
    }


def test_nothing_is_learned_where_nothing_is_named():
    assert learned((), (), settings=RankSettings()) is None


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ([("Crime", "1990.0"), ("Drama", "1991.0")], "No category of genres occurs in two"),
        ([("Crime", "1990.0"), ("Crime", "1990.0")], "year is 1990 at the items of all training events"),
        ([("Crime", ""), ("Crime", "")], "year is empty at the items of all training events"),
    ],
)
def test_a_column_that_says_nothing_is_refused(cells, told):
    with pytest.raises(DataError, match=told):
        learned(*cells)


def test_ages_are_counted_in_the_median_time_between_two_events():
    assert age_unit([("ann", 1.0), ("ann", 4.0), ("bob", 9.0), ("ann", 4.0), ("ann", 14.0)]) == 6.5
    assert age_unit([("ann", 1.0), ("bob", 9.0)]) == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"categories": ("genres",)}, "columns of the file items, which is not given"),
        ({"items": "i.csv", "categories": ("a b",), "numbers": ("a_b",)}, "have one name"),
        ({"items": "i.csv", "numbers": ("age",)}, "age is the name of another input"),
    ],
)
def test_columns_that_can_not_be_inputs_are_refused(wrong, told):
    with pytest.raises(ValueError, match=told):
        RankSettings(**wrong)
