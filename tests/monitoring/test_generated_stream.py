import datetime
import itertools
from collections import Counter

from bert_tf.monitoring.generated_stream import COMPANIES, SENTIMENTS, START, Surge, generated_events


def test_the_share_surges_where_it_is_said_to():
    surge = Surge(day=5, days=2, points=0.4, company=COMPANIES[0])
    events = list(generated_events(days=8, per_hour=10, surge=surge, seed=3))
    counts = Counter()
    for event in events:
        day = (datetime.datetime.fromisoformat(event["time"]) - START).days
        is_on = event["company"] == COMPANIES[0] and day in (5, 6)
        counts[is_on, event["sentiment"] == "negative"] += 1
    shares = {is_on: counts[is_on, True] / (counts[is_on, True] + counts[is_on, False]) for is_on in (True, False)}
    # Four standard deviations of 480 and of 5,280 events.
    assert abs(shares[True] - 0.7) < 0.085
    assert abs(shares[False] - 0.3) < 0.026


def test_events_are_in_order_distinct_and_the_same_again():
    events = list(itertools.islice(generated_events(days=2), 200))
    assert [event["id"] for event in events] == list(range(200))
    assert all(one["time"] <= other["time"] for one, other in itertools.pairwise(events))
    assert {event["sentiment"] for event in events} == set(SENTIMENTS)
    assert events == list(itertools.islice(generated_events(days=2), 200))
