import pathlib
import types

from benchmarks.suites.short_texts import corpora

NOTHING = types.SimpleNamespace(rows=None, banking77=None, airline=None)


def test_the_packages_tweets_stand_in_for_what_the_user_does_not_have():
    assert [(each.name, each.overrides["data.train"]) for each in corpora(NOTHING)] == [("tweets", "all")]
    assert list(corpora(types.SimpleNamespace(rows=0, banking77=pathlib.Path("b"), airline=None))) == []
    both = types.SimpleNamespace(rows=500, banking77=pathlib.Path("b"), airline=pathlib.Path("a"))
    assert [(each.name, each.overrides["data.train"]) for each in corpora(both)] == [
        ("Banking77", "b/train.csv[:500]"),
        ("airline tweets", "a/tweets.csv[:500]"),
    ]
