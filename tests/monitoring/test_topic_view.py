import datetime

import numpy as np
import pytest

from bert_tf.monitoring.events import ALL, TopicCounted
from bert_tf.monitoring.state_store import StateStore
from bert_tf.monitoring.time_buckets import TimeBuckets
from bert_tf.monitoring.topic_view import topic_views

BUCKETS = TimeBuckets(3600, datetime.UTC)


def test_topics_of_a_series_are_arrays_over_time(tmp_path):
    with StateStore(tmp_path, {}) as store:
        with store.step():
            store.add_topics(
                TopicCounted(*row)
                for row in [(ALL, 5, "crew", 2, 0), (ALL, 2, "bag", 3, 1), (ALL, 7, "bag", 4, 4), ("A", 2, "bag", 1, 1)]
            )
            store.add_topics([TopicCounted(ALL, 2, "bag", 7, 1)])
        bag, crew = topic_views(store, ALL, BUCKETS)
        assert topic_views(store, "B", BUCKETS) == []
    assert (bag.series, bag.topic, crew.topic) == (ALL, "bag", "crew")
    assert bag.starts.tolist() == [2 * 3600, 7 * 3600]
    assert (bag.events.tolist(), bag.negatives.tolist(), bag.share.tolist()) == ([10, 4], [2, 4], [0.2, 1.0])
    # Wilson's interval of 2 of 10 and of 4 of 4, by a table.
    assert np.stack([bag.low, bag.high]).round(3).tolist() == [[0.057, 0.51], [0.51, 1.0]]
    assert crew.events.tolist() == [2]
    assert crew.low[0] == pytest.approx(0)
