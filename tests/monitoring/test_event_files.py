import csv
import datetime
import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bert_tf.data.file_format import FileFormat
from bert_tf.errors import DataError
from bert_tf.monitoring.event_files import EventFiles, find_event_files
from bert_tf.monitoring.event_times import EventTimes
from bert_tf.monitoring.events import EventColumns, Position

COLUMNS = EventColumns("text", "at", "who")
ROWS = [
    {"text": f"text {number}", "at": f"2026-01-0{number}T00:00:00Z", "who": "A", "more": "x"} for number in (1, 2, 3)
]
SECONDS = [datetime.datetime.fromisoformat(row["at"]).timestamp() for row in ROWS]


def write(path, rows=ROWS):
    if path.name.endswith(".csv"):
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    elif path.name.endswith(".json"):
        path.write_text(json.dumps(rows))
    elif path.name.endswith(".parquet"):
        times = [{**row, "at": datetime.datetime.fromisoformat(row["at"])} for row in rows]
        pq.write_table(pa.Table.from_pylist(times), path)
    else:
        lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
        path.write_bytes(gzip.compress(lines) if path.name.endswith(".gz") else lines)
    return path


def reader(positions=None):
    return EventFiles(COLUMNS, EventTimes("at"), positions or {})


def blocks(*paths, positions=None):
    files = reader(positions)
    return list(files.blocks(find_event_files([str(path) for path in paths]))), files


@pytest.mark.parametrize("name", ["e.csv", "e.jsonl", "e.json", "e.parquet", "e.jsonl.gz"])
def test_all_formats_give_the_same_events(tmp_path, name):
    (block,), files = blocks(write(tmp_path / name))
    assert block.texts == [b"text 1", b"text 2", b"text 3"]
    assert [event.seconds for event in block.events] == SECONDS
    assert [event.series for event in block.events] == ["A"] * 3
    assert list(files.beginnings) == [str(tmp_path / name)]


def test_files_are_read_as_it_is_told(tmp_path):
    path = tmp_path / "e.csv"
    rows = [{**row, "text": f"Grün; {row['text']}"} for row in ROWS]
    lines = [";".join(f'"{value}"' for value in row) for row in (rows[0], *(row.values() for row in rows))]
    path.write_bytes("".join(f"{line}\n" for line in lines).encode("cp1252"))
    files = EventFiles(COLUMNS, EventTimes("at"), {}, file_format=FileFormat(delimiter=";", encoding="cp1252"))
    (block,) = files.blocks(find_event_files([str(path)]))
    assert block.texts == [f"Grün; text {number}".encode() for number in (1, 2, 3)]
    assert [event.seconds for event in block.events] == SECONDS


@pytest.mark.parametrize("name", ["e.csv", "e.jsonl", "e.parquet"])
def test_what_was_counted_is_passed_over(tmp_path, name):
    path = write(tmp_path / name, ROWS[:2])
    (block,), files = blocks(path)
    write(path)
    positions = {str(path): Position(block.last, files.beginnings[str(path)])}
    (block,), _ = blocks(path, positions=positions)
    assert block.texts == [b"text 3"]
    positions = {str(path): Position(block.last, files.beginnings[str(path)])}
    assert blocks(path, positions=positions)[0] == []


def test_bad_rows_at_the_end_are_a_block_of_their_own(tmp_path):
    path = write(tmp_path / "e.jsonl")
    path.write_text(path.read_text() + "{broken\n")
    (block,), files = blocks(path)
    assert block.refused == {"bad JSON": 1}
    positions = {str(path): Position(3, files.beginnings[str(path)])}
    found, files = blocks(path, positions=positions)
    assert found == []
    assert [(tail.refused, tail.last) for tail in files.tails] == [({"bad JSON": 1}, 4)]


def test_another_file_of_the_same_name(tmp_path):
    path = write(tmp_path / "e.jsonl")
    files = blocks(path)[1]
    write(path, ROWS[1:])
    with pytest.raises(DataError, match="is not the file that was counted before"):
        blocks(path, positions={str(path): Position(3, files.beginnings[str(path)])})
    write(path, ROWS[:1])
    with pytest.raises(DataError, match="or it is shorter"):
        blocks(path, positions={str(path): Position(3, files.beginnings[str(path)])})


def test_a_folder_is_its_files_in_order(tmp_path):
    for name in ("b.jsonl", "a.csv", "notes.txt", ".hidden.csv", "_SUCCESS"):
        (tmp_path / name).write_text("x")
    (tmp_path / "empty.csv").touch()
    assert [location.name for location in find_event_files([str(tmp_path)])] == [
        str(tmp_path / name) for name in ("a.csv", "b.jsonl")
    ]


def test_a_folder_without_events(tmp_path):
    with pytest.raises(DataError, match="has no file of events"):
        find_event_files([str(tmp_path)])


def test_a_missing_column(tmp_path):
    path = write(tmp_path / "e.csv", [{"text": "a", "when": "2026-01-01"}])
    with pytest.raises(DataError) as problem:
        blocks(path)
    assert problem.value.what.splitlines()[0] == f"{path} can't be monitored:"
    assert len(problem.value.problems) == 2
    assert "at" in problem.value.problems[0]


def test_one_file_by_two_names_is_read_once(tmp_path):
    write(tmp_path / "e.csv")
    (tmp_path / "link.csv").symlink_to("e.csv")
    names = [str(tmp_path / "e.csv"), f"{tmp_path}/../{tmp_path.name}/e.csv", str(tmp_path / "link.csv"), str(tmp_path)]
    assert [location.name for location in find_event_files(names)] == [str(tmp_path / "e.csv")]


def test_a_counted_file_under_another_name_is_refused_unless_ids_tell(tmp_path):
    path = write(tmp_path / "e.csv")
    _, files = blocks(path)
    positions = {str(path): Position(4, files.beginnings[str(path)])}
    moved = path.rename(tmp_path / "moved.csv")
    with pytest.raises(DataError, match="moved.csv begins with the same row as .*/e.csv: its events would count twice"):
        blocks(moved, positions=positions)
    with_ids = EventFiles(EventColumns("text", "at", "who", "text"), EventTimes("at"), positions)
    assert sum(len(block.texts) for block in with_ids.blocks(find_event_files([str(moved)]))) == 3
    copy = write(tmp_path / "other.csv", [{**ROWS[0], "text": "another"}])
    assert blocks(copy, positions=positions)[0]


@pytest.mark.parametrize("name, cut", [("e.csv", 4), ("e.jsonl", 12)])
def test_a_last_line_that_is_still_written_waits_for_its_end(tmp_path, name, cut):
    path = write(tmp_path / name)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    (block,), files = blocks(path)
    assert block.texts == [b"text 1", b"text 2"]
    assert files.remarks == [f"{path}: its last line is still being written, and counts once it is whole"]
    path.write_bytes(whole)
    positions = {str(path): Position(block.last, files.beginnings[str(path)])}
    (block,), files = blocks(path, positions=positions)
    assert (block.texts, block.refused, files.remarks) == ([b"text 3"], {}, [])
