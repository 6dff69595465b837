import numpy as np
import pytest

from benchmarks.airline_surge import february, hourly, of_days
from benchmarks.alarm_peers import count_alarms, first_alarm, tuned, z_scores
from benchmarks.alarm_series import OVERDISPERSED, POISSON, daily_shares, simulate, with_bucket
from benchmarks.alarms import delays, false_alarms, learn
from bert_tf.detection.buckets import Buckets
from bert_tf.detection.surge_detector import SurgeDetector


def test_days_in_a_row_are_one_alarm():
    values = np.array([[1, 3, 3, 1, 4], [5, 1, 1, 1, 1]], float)
    assert count_alarms(values, 2) == 3
    assert count_alarms(values, 3) == 2
    assert first_alarm(values[0], 2) == 1
    assert first_alarm(values[0], 9) is None


def test_a_peer_is_tuned_to_as_many_alarms():
    values = np.random.default_rng(0).normal(size=(50, 100))
    limit = tuned(values, alarms=40)
    assert count_alarms(values, limit) == 40
    assert count_alarms(values, limit - 0.02) > 40
    assert limit == pytest.approx(2.4, abs=0.2)  # the quantile of 1 - 40 / 5000


def test_a_z_score_is_of_the_quiet_days():
    assert z_scores(np.array([1.0, 2.0, 3.0]), np.array([2.0, 5.0])).tolist() == [0.0, 3.0]


def test_shares_of_days():
    counts = Buckets.of_counts(start=0, seconds=43200, texts=[10, 30, 0, 0, 4, 0], negatives=[2, 2, 0, 0, 1, 0])
    assert daily_shares(counts).tolist() == [0.1, 0.0, 0.25]


@pytest.mark.parametrize("scenario", [POISSON, OVERDISPERSED])
def test_a_surge_changes_what_comes_later_only(scenario):
    quiet = simulate(scenario, days=60, seed=3)
    surged = simulate(scenario, days=60, seed=3, surge_at=240, points=0.2)
    np.testing.assert_array_equal(surged.texts, quiet.texts)
    share = [one.negatives[240:].sum() / one.texts[240:].sum() for one in (quiet, surged)]
    assert share[1] - share[0] == pytest.approx(0.2, abs=0.03)
    assert quiet.texts.sum() == pytest.approx(60 * 200, rel=0.05)
    assert with_bucket(scenario, 3600).seconds == 3600


def test_alarms_are_counted_as_the_detector_raises_them():
    watched = [learn(POISSON, seed=seed, paths=30, days=5) for seed in range(3)]
    counted = false_alarms(watched)
    for one, alarms in zip(watched, counted, strict=True):
        detector = SurgeDetector(one.pattern, one.limits)
        for start, texts, negatives in zip(one.later.starts, one.later.texts, one.later.negatives, strict=True):
            detector.put(int(start), texts=int(texts), negatives=int(negatives))
        assert len(detector.alarms) == alarms
    assert counted.sum() > 10
    found = delays(watched, 0.4, {"z-score of daily shares": 4.0, "fixed threshold of daily shares": 0.55})
    assert all(0 < days <= 3 for name in found for days in found[name])
    assert len(found["z-score of daily shares"]) == 3


def test_tweets_are_counted_by_hour(tmp_path):
    file = tmp_path / "tweets.csv"
    rows = [
        ("negative", "22-02-2015 00:10"), ("positive", "22-02-2015 00:59"), ("negative", "21-02-2015 23:00"),
        ("negative", "22-02-2015 05:00"),
    ]  # fmt: skip
    file.write_text("airline_sentiment,tweet_created\n" + "".join(f"{one},{when}\n" for one, when in rows))
    tweets = hourly(str(file))
    assert ((tweets.starts - february(22)) // 3600).tolist() == [-1, 0, 5]
    assert (tweets.texts.tolist(), tweets.negatives.tolist()) == ([1, 2, 1], [1, 1, 1])
    assert of_days(tweets, (22,)).texts.tolist() == [2, 1]
