import csv
import datetime
import json

import numpy as np
import pyarrow.parquet as pq

from bert_tf.monitoring.series_files import write_alarms, write_series, write_topics
from bert_tf.monitoring.series_view import SeriesView
from bert_tf.monitoring.topic_view import TopicView


def test_both_files_have_the_same_rows(tmp_path):
    numbers = np.array([2, 5])
    view = SeriesView(
        "=A", numbers, numbers * 3600, {"bad": np.array([1, 0]), "good": np.array([3, 2])},
        np.array([4, 2]), np.array([1, 0]), np.array([0.1, 0.0]), np.array([0.5, 0.7]),
    )  # fmt: skip
    write_series(tmp_path, [view], outcomes=("bad", "good"))
    rows = pq.read_table(tmp_path / "series.parquet").to_pylist()
    assert rows[0] == {
        "series": "=A", "start": datetime.datetime(1970, 1, 1, 2, tzinfo=datetime.UTC), "events": 4, "negatives": 1,
        "share": 0.25, "share_low": 0.1, "share_high": 0.5, "events_bad": 1, "events_good": 3,
    }  # fmt: skip
    with (tmp_path / "series.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    assert [row["start"] for row in read] == ["1970-01-01T02:00:00+00:00", "1970-01-01T05:00:00+00:00"]
    assert [float(row["share"]) for row in read] == [0.25, 0]
    assert read[0]["series"] == "'=A"  # no spreadsheet computes it


def test_topics_are_rows_of_their_own(tmp_path):
    hour = np.array([3600])
    views = [
        TopicView("A", name, hour, np.array([4]), np.array([1]), np.array([0.1]), np.array([0.5]))
        for name in ("bag", "=crew")
    ]
    write_topics(tmp_path, views)
    assert pq.read_table(tmp_path / "topics.parquet").to_pylist()[0] == {
        "series": "A", "topic": "bag", "start": datetime.datetime(1970, 1, 1, 1, tzinfo=datetime.UTC), "events": 4,
        "negatives": 1, "share": 0.25, "share_low": 0.1, "share_high": 0.5,
    }  # fmt: skip
    with (tmp_path / "topics.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    assert [(row["topic"], row["events"], row["share"]) for row in read] == [
        ("bag", "4", "0.25"),
        ("'=crew", "4", "0.25"),
    ]


def test_alarms_are_lines(tmp_path):
    write_alarms(tmp_path, [{"series": "Ä"}, {"series": "B"}])
    assert [json.loads(line)["series"] for line in (tmp_path / "alarms.jsonl").read_text().splitlines()] == ["Ä", "B"]
