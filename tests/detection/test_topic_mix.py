import dataclasses
import json

import pytest
from scipy.special import logit

from bert_tf.detection.topic_mix import TopicCount, TopicRates, explain_by_topics
from bert_tf.errors import DataError

# Shares of 10% and 60%; a fifth of the texts is about delays.
QUIET = {"food": TopicCount(8000, 800), "delays": TopicCount(2000, 1200)}


def test_another_mix_of_the_same_moods_is_only_a_mix():
    split = explain_by_topics(before=QUIET, since={"food": TopicCount(500, 50), "delays": TopicCount(500, 300)})
    assert (split.difference.value, split.mix.value, split.mood.value) == pytest.approx((0.15, 0.15, 0))
    assert split.only_mix
    assert split.mood.low < 0 < split.mood.high
    assert set(split.topics) == {"food", "delays"}


def test_another_mood_of_the_same_mix_is_none():
    split = explain_by_topics(before=QUIET, since={"food": TopicCount(800, 200), "delays": TopicCount(200, 150)})
    # 0.8 × 0.15 + 0.2 × 0.15
    assert (split.difference.value, split.mix.value, split.mood.value) == pytest.approx((0.15, 0, 0.15))
    assert not split.only_mix
    assert split.topics["food"].value == pytest.approx(0.15)
    assert split.mood.low > 0.1


def test_both_at_once_add_up():
    split = explain_by_topics(before=QUIET, since={"food": TopicCount(500, 100), "delays": TopicCount(500, 350)})
    # Mix: 0.3 of the texts change to a share that is 0.5 higher; mood: 0.1 more negatives in both.
    assert (split.mix.value, split.mood.value) == pytest.approx((0.15, 0.1))
    assert split.difference.value == pytest.approx(0.45 - 0.2)
    assert not split.only_mix


def test_a_mood_is_weighed_by_the_topics_of_its_time():
    split = explain_by_topics(before=QUIET, since={"food": TopicCount(500, 50), "delays": TopicCount(500, 400)})
    # Mix: 0.3 × 0.5; mood: half of the texts have 0.2 more negatives.
    assert (split.mix.value, split.mood.value) == pytest.approx((0.15, 0.1))


def test_a_new_topic_counts_as_mix_and_an_old_one_may_be_gone():
    split = explain_by_topics(before=QUIET, since={"food": TopicCount(500, 50), "strike": TopicCount(500, 450)})
    # 0.5 × 0.1 + 0.5 × 0.9 - 0.2
    assert (split.mix.value, split.mood.value) == pytest.approx((0.3, 0))
    assert set(split.topics) == {"food"}


def test_an_offset_is_what_a_mix_lets_expect():
    rates = TopicRates.learn(QUIET)
    assert rates.mix == {"food": 0.8, "delays": 0.2}
    assert rates.offset({"food": 80, "delays": 20}) == pytest.approx(0)
    expected = logit(0.35) - logit(0.2)
    assert rates.offset({"food": 50, "delays": 50}) == pytest.approx(expected, abs=0.02)
    assert rates.offset({}) == rates.offset({"food": 0}) == 0
    usual = logit(0.2) - logit(rates._share(rates.mix))
    assert rates.offset({"new": 7}) == pytest.approx(usual)
    assert TopicRates.of_state(json.loads(json.dumps(dataclasses.asdict(rates)))) == rates


def test_a_topic_of_few_texts_is_taken_for_the_usual():
    few = TopicRates.learn({**QUIET, "rare": TopicCount(2, 2)})
    assert few.level < few.logits["rare"] < logit(0.75)


@pytest.mark.parametrize(
    ("quiet", "message"),
    [
        ({"food": TopicCount(5, 6)}, "6 of 5 texts about 'food' are counted as negative."),
        ({"food": TopicCount(0, 0)}, "none, or all of one mood"),
        ({}, "none, or all of one mood"),
        ({"food": TopicCount(9, 9), "delays": TopicCount(3, 3)}, "none, or all of one mood"),
    ],
)
def test_topics_that_teach_nothing_are_refused(quiet, message):
    with pytest.raises(DataError, match=message):
        TopicRates.learn(quiet)


def test_a_time_without_texts_is_refused():
    with pytest.raises(DataError, match="There are no texts since the surge"):
        explain_by_topics(before=QUIET, since={})
    with pytest.raises(DataError, match="There are no texts before the surge"):
        explain_by_topics(before={"food": TopicCount(0, 0)}, since=QUIET)
