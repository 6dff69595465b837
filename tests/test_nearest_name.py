import pytest

from bert_tf.nearest_name import did_you_mean, nearest_name, nearest_names


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("headlin", "did you mean 'headline'?"),
        ("Headline", "did you mean 'headline'?"),
        ("heading", "did you mean 'headings'?"),
        ("body", None),
        ("", None),
    ],
)
def test_the_name_that_is_spelt_most_alike(name, told):
    assert did_you_mean(name, ["label", "headline", "headings"]) == told


def test_nothing_is_known():
    assert did_you_mean("headline", []) is None
    assert nearest_name("headline", []) is None


def test_how_alike_a_name_must_be():
    assert nearest_name("imbd", ["imdb", "sst2"]) == "imdb"
    assert nearest_name("qqqq", ["imdb", "sst2"]) is None
    assert nearest_name("qqqq", ["imdb", "sst2"], cutoff=0) in ("imdb", "sst2")


def test_the_nearest_comes_first():
    assert nearest_names("head", ["hear", "heads", "body"], count=3) == ["heads", "hear"]
    assert nearest_names("head", ["hear", "heads", "body"], count=1) == ["heads"]
