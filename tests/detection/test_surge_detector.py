import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_tf.detection.surge_detector import SurgeDetector
from bert_tf.detection.surge_progress import Progress
from bert_tf.detection.tally import Counted
from bert_tf.errors import DataError

SECONDS = 14_400
START = 1_424_044_800 + 28 * 86400  # the end of the quiet period
# Buckets of 40 texts; 12 negatives are the usual share.
_COUNTS = st.lists(st.integers(4, 36), min_size=1, max_size=40)


def fed(pattern, limits, negatives, *, late_buckets=0, texts=40):
    detector = SurgeDetector(pattern, limits, late_buckets=late_buckets)
    for number, count in enumerate(negatives):
        detector.put(START + number * SECONDS, texts=texts, negatives=count)
    return detector


def bucket(moment):
    """Number of a bucket by its beginning, or by the end of the one before."""
    return (moment - START) / SECONDS


SURGE = [12] * 10 + [24] * 12 + [12] * 60


def test_a_surge_raises_one_alarm_that_says_what_and_since_when(pattern, limits):
    during = fed(pattern, limits, SURGE[:22])
    assert len(during.alarms) == 1
    alarm = during.alarm
    assert alarm == during.alarms[0]
    assert (alarm.number, bucket(alarm.since), alarm.ended) == (1, 10, None)
    assert 11 <= bucket(alarm.raised) <= 13
    assert bucket(alarm.until) == 22
    assert (alarm.texts, alarm.negatives) == (12 * 40, 12 * 24)
    assert alarm.share.value == pytest.approx(0.6)
    assert alarm.share.low < 0.6 < alarm.share.high
    assert alarm.before.low < 0.3 < alarm.before.high
    assert alarm.difference.value == pytest.approx(alarm.share.value - alarm.before.value)
    assert 0.2 < alarm.difference.low < 0.3 < alarm.difference.high < 0.4
    assert alarm.days_between > 100


def test_it_stays_on_until_the_share_is_back_and_is_not_raised_again(pattern, limits):
    detector = fed(pattern, limits, SURGE)
    assert detector.alarm is None
    (alarm,) = detector.alarms
    assert (bucket(alarm.since), bucket(alarm.ended)) == (10, 22)
    assert (alarm.texts, alarm.negatives) == (12 * 40, 12 * 24)
    assert len(fed(pattern, limits, SURGE[:22] + [18] * 30).alarms) == 1  # a surge that only abates
    twice = fed(pattern, limits, SURGE + [26] * 6)
    assert [(alarm.number, bucket(alarm.since)) for alarm in twice.alarms] == [(1, 10), (2, 82)]


def test_the_moment_of_the_alarm_does_not_move_with_what_comes_later(pattern, limits):
    raised = {fed(pattern, limits, SURGE[:length]).alarms[0].raised for length in range(14, len(SURGE), 9)}
    assert len(raised) == 1


def test_fewer_negatives_than_usual_are_no_surge(pattern, limits):
    assert fed(pattern, limits, [2] * 60).alarms == ()


def test_texts_of_one_mood_are_watched_too(pattern, limits):
    assert fed(pattern, limits, [0] * 60).alarms == ()
    assert bucket(fed(pattern, limits, [40] * 3).alarms[0].raised) == 1


def test_buckets_without_texts_and_gaps_say_nothing(pattern, limits):
    without = fed(pattern, limits, SURGE[:14])
    filled = fed(pattern, limits, SURGE[:14])
    filled.put(START + 14 * SECONDS, texts=0, negatives=0)
    assert filled.alarms == without.alarms
    for detector in (without, filled):
        detector.put(START + 15 * SECONDS, texts=40, negatives=24)
    assert filled.alarms == without.alarms
    assert without.alarms[0].texts == 5 * 40


@settings(max_examples=40, deadline=None)
@given(_COUNTS, _COUNTS, st.integers(0, 5))
def test_a_restored_state_has_the_same_future(pattern, limits, before, later, late_buckets):
    detector = fed(pattern, limits, before, late_buckets=late_buckets)
    restored = SurgeDetector.of_state(json.loads(json.dumps(detector.state())))
    assert restored.alarms == detector.alarms
    for number, count in enumerate(later, start=len(before) - min(late_buckets, len(before) - 1)):
        for one in (detector, restored):
            one.put(START + number * SECONDS, texts=40, negatives=count)
    assert restored.alarms == detector.alarms
    assert restored.state() == detector.state()


@settings(max_examples=40, deadline=None)
@given(_COUNTS, st.data())
def test_more_negatives_never_raise_the_first_alarm_later(pattern, limits, counts, data):
    more = [data.draw(st.integers(count, 40)) for count in counts]
    first, sooner = (fed(pattern, limits, negatives).alarms for negatives in (counts, more))
    if first:
        assert sooner
        assert sooner[0].raised <= first[0].raised


@settings(max_examples=40, deadline=None)
@given(_COUNTS, st.randoms())
def test_the_order_in_which_buckets_come_does_not_matter(pattern, limits, counts, random):
    """Within what can still be changed; what came first may have been wrong."""
    places = list(range(len(counts)))
    random.shuffle(places)
    shuffled = SurgeDetector(pattern, limits, late_buckets=len(counts))
    for place in places:
        shuffled.put(START + place * SECONDS, texts=60, negatives=50)
        shuffled.put(START + place * SECONDS, texts=40, negatives=counts[place])
    assert shuffled.alarms == fed(pattern, limits, counts, late_buckets=len(counts)).alarms


def test_several_buckets_at_once_are_judged_as_one_after_the_other_and_recent_ones_once(pattern, limits, monkeypatch):
    one_by_one, at_once = (fed(pattern, limits, SURGE[:20], late_buckets=12) for _ in range(2))
    late = [Counted(START + number * SECONDS, 60, 50) for number in (9, 12, 15, 18)]
    later = [*late, Counted(START + 20 * SECONDS, 40, 24), Counted(START + 22 * SECONDS, 40, 12)]
    for bucket_ in later:
        one_by_one.put(bucket_.start, texts=bucket_.texts, negatives=bucket_.negatives)
    after, steps = Progress.after, []
    monkeypatch.setattr(Progress, "after", lambda *args, **more: steps.append(1) or after(*args, **more))
    at_once.put_all(later)
    # The 13 recent buckets again, and two new ones; with the second one three and one become settled.
    assert len(steps) == 13 + 2 + 3
    assert at_once.state() == one_by_one.state()
    assert at_once.alarms == one_by_one.alarms


def test_late_texts_change_what_can_be_changed_and_no_more(pattern, limits):
    detector = fed(pattern, limits, SURGE[:14], late_buckets=4)
    assert bucket(detector.changeable_from) == 9
    assert detector.alarms[0].provisional
    for place in range(10, 14):
        detector.put(START + place * SECONDS, texts=80, negatives=24)
    assert detector.alarms == ()  # they refute the alarm
    kept = detector.state()
    detector.put(START + 9 * SECONDS, texts=40, negatives=12)  # the first that can be, as it was
    assert detector.state() == kept
    with pytest.raises(DataError, match="The bucket at .* can't be changed any more; the first that can begins at"):
        detector.put(START + 8 * SECONDS, texts=80, negatives=24)
    assert not fed(pattern, limits, SURGE, late_buckets=4).alarms[0].provisional
    assert SurgeDetector(pattern, limits).changeable_from is None


def test_an_offset_expects_what_topics_bring(pattern, limits):
    # Odds of 3 instead of 3/7 times what is usual: a share of 0.6 is as it should be.
    detector = SurgeDetector(pattern, limits)
    for number in range(40):
        detector.put(START + number * SECONDS, texts=40, negatives=24, offset=float(np.log((0.6 / 0.4) / (0.3 / 0.7))))
    assert detector.alarms == ()


@pytest.mark.parametrize(
    ("start", "texts", "negatives", "message"),
    [
        (START + SECONDS, 10, 11, "11 of 10 texts are counted as negative."),
        (START + SECONDS, 10, -1, "-1 of 10 texts"),
        (START + 17, 10, 1, "No bucket of 14400 s begins at"),
        (START - SECONDS, 10, 1, "can't be changed any more"),
    ],
)
def test_what_is_no_bucket_is_refused(pattern, limits, start, texts, negatives, message):
    detector = fed(pattern, limits, [12])
    with pytest.raises(DataError) as refused:
        detector.put(start, texts=texts, negatives=negatives)
    assert message in str(refused.value)
    assert detector.state() == fed(pattern, limits, [12]).state()
