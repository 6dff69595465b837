"""Series, topics and alarms as files for other programs: Parquet, CSV and JSON lines."""

import datetime
import json
import pathlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from bert_tf.atomic import new_file
from bert_tf.errors import DataError
from bert_tf.monitoring.series_view import SeriesView
from bert_tf.monitoring.topic_view import TopicView
from bert_tf.spreadsheets import write_csv

SERIES, TOPICS, ALARMS = "series", "topics", "alarms.jsonl"


def write_series(folder: pathlib.Path, views: Iterable[SeriesView], *, outcomes: Sequence[str]) -> None:
    """Write `series.parquet` and `series.csv`, a row for each series and bucket that has events.

    Args:
        folder: Gets the files, each replaced in one step.
        views: Of all series.
        outcomes: Get a column each, `events_OUTCOME`.

    Raises:
        DataError: there is no room, or the folder can't be written.
    """
    _write(folder, SERIES, pa.concat_tables([_table(view, outcomes) for view in views]))


def write_topics(folder: pathlib.Path, views: Iterable[TopicView]) -> None:
    """Write `topics.parquet` and `topics.csv`, a row for each series, topic and bucket that has events.

    Args:
        folder: Gets the files, each replaced in one step.
        views: Of all topics of all series.

    Raises:
        DataError: there is no room, or the folder can't be written.
    """
    _write(folder, TOPICS, pa.concat_tables([_table_of_topic(view) for view in views]))


def _write(folder: pathlib.Path, name: str, table: pa.Table) -> None:
    with new_file(folder / f"{name}.parquet", error=DataError) as temporary:
        parquet.write_table(table, temporary, compression="zstd")
    with new_file(folder / f"{name}.csv", error=DataError) as temporary, temporary.open("w", newline="") as file:
        rows = (
            [_cell(value) for value in row.values()] for batch in table.to_batches(1024) for row in batch.to_pylist()
        )
        write_csv(file, [table.column_names], delimiter=",", raw=False)
        write_csv(file, rows, delimiter=",", raw=False)


def _table(view: SeriesView, outcomes: Sequence[str]) -> pa.Table:
    columns = {
        "series": pa.array([view.name] * len(view.starts), pa.string()),
        **_shares(view),
        **{f"events_{name}": pa.array(view.outcomes[name], pa.int64()) for name in outcomes},
    }
    return pa.table(columns)


def _table_of_topic(view: TopicView) -> pa.Table:
    names = {
        name: pa.array([value] * len(view.starts), pa.string())
        for name, value in (("series", view.series), ("topic", view.topic))
    }
    return pa.table({**names, **_shares(view)})


def _shares(view: SeriesView | TopicView) -> dict[str, pa.Array]:
    return {
        "start": pa.array(view.starts * 1_000_000, pa.timestamp("us", "UTC")),
        "events": pa.array(view.events, pa.int64()),
        "negatives": pa.array(view.negatives, pa.int64()),
        "share": pa.array(view.share, pa.float64()),
        "share_low": pa.array(view.low, pa.float64()),
        "share_high": pa.array(view.high, pa.float64()),
    }


def _cell(value: object) -> object:
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return f"{value:.6g}" if isinstance(value, float) else value


def write_alarms(folder: pathlib.Path, alarms: Iterable[Mapping[str, Any]]) -> None:
    """Write `alarms.jsonl`, a line for each alarm in the order in which they were raised; raises as `write_series`."""
    with new_file(folder / ALARMS, error=DataError) as temporary, temporary.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(alarm, ensure_ascii=False) + "\n" for alarm in alarms)
