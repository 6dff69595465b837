import pytest
from pydantic import ValidationError

from bert_tf.tasks.rank.settings import RankSettings


def test_a_rating_needs_a_limit_and_the_other_way_round():
    assert RankSettings(rating="stars", liked_from=4.0).liked_from == 4
    for half in ({"rating": "stars"}, {"liked_from": 4.0}):
        with pytest.raises(ValidationError, match="rating and liked_from belong together"):
            RankSettings(**half)
