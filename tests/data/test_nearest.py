import pytest

from bert_tf.data.nearest import did_you_mean


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
