"""Files of a folder beside the one file that has all rows: what is kept, made again, and refused."""

import csv
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from bert_tf.errors import DataError
from bert_tf.workflow.scoring.request import Request
from bert_tf.workflow.scoring.score_request import score_request
from bert_tf.workflow.scoring.shard_folder import ShardFolder
from bert_tf.workflow.source import Source


def lines_of(counts):
    return "".join(json.dumps({"id": i, "text": "a", "second": "one " * n}) + "\n" for i, n in enumerate(counts))


@pytest.fixture
def into_folder(pair_scorer, pair_model, tmp_path):
    """Score into a folder, in parts of four rows; `loaded` says whether the model is asked for."""

    def score(*inputs, out="out/", loaded=True, **changes):
        def load():
            asked.append(True)
            return pair_scorer

        asked = []
        paths = [name if "://" in name else str(tmp_path / name) for name in inputs]
        options = {"text": "text", "pair": "second", "shard_rows": 4, **changes}
        request = Request(paths, out if "://" in out else f"{tmp_path}/{out}", **options)
        found = score_request(Source("model", pair_model), request, load=load, console=Console(quiet=True))
        assert asked == [True] * loaded
        return found

    return score


def files(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def test_files_have_the_rows_of_their_parts(into_folder, scored, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.jsonl").write_text(lines_of([1, 2, 0, 4, 5, 6, 7, 8, 9]))
    (tmp_path / "a.jsonl").write_text(lines_of([3]))
    found = into_folder("deep/a.jsonl", "a.jsonl")
    whole = scored("deep/a.jsonl", "a.jsonl", out="whole.jsonl")
    made = files(tmp_path / "out")
    assert list(made) == ["_SUCCESS", "a-00000.jsonl", "a-00001.jsonl", "a-00002.jsonl", "a.2-00000.jsonl"]
    assert [content.count(b"\n") for content in made.values()] == [0, 3, 4, 1, 1]
    rows = [json.loads(line) for content in made.values() for line in content.splitlines()]
    expected = [json.loads(line) for line in (tmp_path / "whole.jsonl").read_text().splitlines()]
    assert [row.pop("probability_many") for row in rows] == pytest.approx(
        [row.pop("probability_many") for row in expected], abs=1e-6
    )
    assert [(row["id"], row["second"]) for row in rows] == [(row["id"], row["second"]) for row in expected]
    assert (found.rows, found.refused, found.refused_shown) == (whole.rows, whole.refused, whole.refused_shown)
    assert (found.summary, found.files, found.kept_files) == (whole.summary, 4, 0)


def test_the_same_again_keeps_what_is_whole(into_folder, tmp_path):
    (tmp_path / "a.csv").write_text("text,second\n" + 'a,"one\n"\n' * 2 + "=a,one\n" * 8)
    first = into_folder("a.csv")
    assert (first.defused, len(first.remarks)) == (8, 1)
    before = files(tmp_path / "out")
    known = [json.loads(path.read_text()) for path in (tmp_path / "out" / "_score").glob("a-*.json")]
    assert sum(shard["lines"] for shard in known) == (tmp_path / "a.csv").read_text().count("\n")
    again = into_folder("a.csv", loaded=False)
    assert dataclasses.replace(again, seconds=first.seconds, kept_files=0, kept_rows=0) == first
    assert (again.kept_files, again.kept_rows) == (3, 10)
    (tmp_path / "out" / "a-00000.csv").write_text("changed")
    (tmp_path / "out" / "a-00002.csv").unlink()
    (tmp_path / "out" / "_score" / "a-00001.csv.json").write_text("{}")
    mended = into_folder("a.csv")
    assert mended.kept_files == 0
    assert files(tmp_path / "out") == before


def test_other_commands_are_refused(into_folder, tmp_path, pair_model, monkeypatch):
    (tmp_path / "a.csv").write_text("text,second,note\na,one,b\n")
    into_folder("a.csv")
    before = files(tmp_path / "out")

    def refused(*inputs, **changes):
        with pytest.raises(DataError) as told:
            into_folder(*inputs, loaded=False, **changes)
        assert files(tmp_path / "out") == before
        return str(told.value)

    assert "another command, with other values of: --text." in refused("a.csv", text="note")
    (tmp_path / "b.csv").write_text("text,second,note\na,one,b\n")
    assert "another command, with other values of: input." in refused("a.csv", "b.csv")
    monkeypatch.setattr("bert_tf.workflow.scoring.score_folder.identity_of", lambda source: "another")
    assert "another command, with other values of: model." in refused("a.csv")


def test_what_can_be_no_folder_of_answers(into_folder, tmp_path):
    (tmp_path / "a.csv").write_text("text,second\na,one\n")
    (tmp_path / "b.csv").write_text("text,second,more\na,one,x\n")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    for inputs, changes, told in (
        (["a.csv"], {"out": "mine/"}, "files that `bert-tf score` didn't write"),
        (["a.csv", "b.csv"], {}, "different columns"),
        (["a.csv"], {"text": "Text"}, "no column 'Text'"),
        (["a.csv"], {"out": "s3://bucket/"}, "local files and folders only"),
    ):
        with pytest.raises(DataError, match=told):
            into_folder(*inputs, loaded=False, **changes)
    (tmp_path / "empty.csv").write_text("text,second\na,\n")
    with pytest.raises(DataError, match="No row could be scored"):
        into_folder("empty.csv", out="empty/")
    assert not (tmp_path / "empty" / "_SUCCESS").exists()


def test_all_parts_of_parquet_have_the_types_of_the_first(into_folder, tmp_path):
    lines = [{"text": "a", "second": "b", "count": number} for number in range(9)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    into_folder("a.jsonl", out_format="parquet")
    assert len({pq.read_schema(path) for path in (tmp_path / "out").glob("*.parquet")}) == 1
    assert pq.read_table(tmp_path / "out")["count"].to_pylist() == list(range(9))


def test_all_that_a_uri_matches_is_read_once(into_folder, scored, tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"text,second\n{name},one\n")
    uri = f"file://{tmp_path}/*.csv"
    assert into_folder(uri).files == 2
    assert scored(uri, out="whole.csv").rows == 2


def test_two_processes_killed_go_on_as_if_nothing_had_happened(pair_model, tmp_path, cache, into_folder, monkeypatch):
    # For what it started to see that it is gone: a moment, on a machine that is not busy with other things.
    monkeypatch.setattr("bert_tf.workflow.scoring.shard_folder._SECONDS_TO_WAIT", 300)
    counts = np.random.default_rng(0).integers(1, 9, 60_000)
    with (tmp_path / "a.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("text", "second"), *(("a", "one " * count) for count in counts)])
    into_folder("a.csv", out="whole/", shard_rows=3_000)
    bert_tf_command = str(pathlib.Path(sys.executable).with_name("bert-tf"))
    command = [
        bert_tf_command, "score", str(pair_model), "--in", str(tmp_path / "a.csv"), "--out", "out/",
        "--text-pair", "second", "--shard-rows", "3000", "--workers", "2",
    ]  # fmt: skip

    def scored_parts():
        return len(list((tmp_path / "out" / "_score").glob("a-*.json")))

    for _ in range(5):
        with subprocess.Popen(command, cwd=tmp_path, env={**os.environ, "BERT_TF_CACHE": str(cache)}) as process:
            # SIGKILL for the command itself; what it started sees that it is gone.
            until = time.monotonic() + 900
            while scored_parts() < 2 and process.poll() is None and time.monotonic() < until:
                time.sleep(0.02)
            process.kill()
        # It may have come to its end before it is killed, where this process has no turn for seconds.
        if scored_parts() < 20 and not (tmp_path / "out" / "_SUCCESS").exists():
            break
        shutil.rmtree(tmp_path / "out")
    assert not (tmp_path / "out" / "_SUCCESS").exists()
    found = into_folder("a.csv", shard_rows=3_000)
    assert 2 <= found.kept_files < 20
    assert files(tmp_path / "out") == files(tmp_path / "whole")


def test_nothing_of_a_folder_whose_plan_is_damaged_stays(into_folder, tmp_path):
    (tmp_path / "a.csv").write_text("text,second\n" + "a,one\n" * 9)
    into_folder("a.csv")
    (tmp_path / "out" / "_score" / "plan.json").write_text("{")
    (tmp_path / "a.csv").write_text("text,second\na,one\n")
    into_folder("a.csv")
    assert list(files(tmp_path / "out")) == ["_SUCCESS", "a-00000.csv"]


def test_a_command_that_made_nothing_can_be_put_right(into_folder, tmp_path):
    (tmp_path / "a.csv").write_text("text,second\na,one\n")
    with pytest.raises(DataError, match="takes pairs of texts"):
        into_folder("a.csv", pair=None)
    assert into_folder("a.csv").rows == 1


def test_results_are_no_input(into_folder, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text("text,second\na,one\n")
    into_folder("*/a*.csv")
    with pytest.raises(DataError, match="a-00000.csv is in the folder that the results go to"):
        into_folder("*/a*.csv", loaded=False)


def test_a_file_without_rows_is_told_before_anything_is_computed(into_folder, tmp_path):
    (tmp_path / "a.csv").write_text("text,second\na,one\n")
    (tmp_path / "b.csv").write_text("text,second\n")
    with pytest.raises(DataError, match="no rows below its header"):
        into_folder("a.csv", "b.csv")
    assert not files(tmp_path / "out")


def test_types_are_those_of_the_first_rows_that_can_be_scored(into_folder, tmp_path):
    for name, texts in (("a", [" "]), ("b", ["b"])):
        pq.write_table(pa.table({"text": texts, "second": ["one"], "ids": [[1, 2]]}), tmp_path / f"{name}.parquet")
    into_folder("a.parquet", "b.parquet")
    assert pq.read_table(tmp_path / "out")["ids"].to_pylist() == [[1, 2]]


def test_a_file_that_grows_meanwhile_is_told(into_folder, tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text("text,second\n" + "a,one\n" * 5)
    finish = ShardFolder.finish

    def finish_and_grow(folder, name, shard):
        finish(folder, name, shard)
        with (tmp_path / "a.csv").open("a") as file:
            file.write("a,one\n")

    monkeypatch.setattr(ShardFolder, "finish", finish_and_grow)
    with pytest.raises(DataError, match="input changed while it was scored"):
        into_folder("a.csv")
    assert not (tmp_path / "out" / "_SUCCESS").exists()


@pytest.mark.parametrize("option", ["shard_rows", "workers"])
def test_counts_are_of_one_or_more(into_folder, option):
    with pytest.raises(DataError, match=f"{option} is 0"):
        into_folder("a.csv", loaded=False, **{option: 0})
