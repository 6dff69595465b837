import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.export.dns_name import dns_name
from bert_tf.recipe.schema import Recipe

# As Kubernetes has it in its own messages, for the names of services.
RFC_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
NAMES = st.from_regex(Recipe.model_fields["name"].metadata[0].pattern, fullmatch=True)


@pytest.mark.parametrize("name", ["a", "bbc-news", "sst2", "a" * 40, "model"])
def test_a_label_stays_as_it_is(name):
    assert dns_name(name) == name


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("My_Reviews v1.0", "my-reviews-v1-0-"),
        ("Überschriften", "uberschriften-"),
        ("新闻", "model-"),
        ("2024", "model-2024-"),
        ("a" * 41, "a" * 31 + "-"),
        ("a-", "a-"),
    ],
)
def test_another_name_keeps_what_it_can_and_gets_a_hash(name, begins):
    label = dns_name(name)
    assert re.fullmatch(re.escape(begins) + "[0-9a-f]{8}", label)


@given(NAMES)
def test_every_name_of_a_recipe_becomes_a_label(name):
    label = dns_name(name)
    assert RFC_1035.fullmatch(label)
    assert len(label) <= 40


@given(NAMES, NAMES)
def test_two_names_never_share_a_label(one, other):
    assert (dns_name(one) == dns_name(other)) == (one == other)


def test_names_that_differ_in_what_is_lost():
    names = ["my-reviews", "my_reviews", "My-Reviews", "my reviews", "my.reviews", "新闻", "新聞"]
    assert len({dns_name(name) for name in names}) == len(names)
