"""Files scored by a pipeline: the folder that this machine writes, byte for byte, also behind a kill."""

import dataclasses
import gzip
import json
import pathlib

import pytest
from rich.console import Console

from bert_tf.errors import DataError, RunError
from bert_tf.pipelines.scoring_pipeline import ScoringPipeline
from bert_tf.workflow.scoring.request import Request
from bert_tf.workflow.scoring.score_folder import score_folder
from bert_tf.workflow.scoring.scorers import ModelScorer
from bert_tf.workflow.source import Source

QUIET = Console(quiet=True)


@pytest.fixture
def inputs(tmp_path):
    """Ten rows, of which one can't be scored, and three in another file."""
    rows = [json.dumps({"id": i, "text": "a", "second": "one " * (i if i != 7 else 0)}) for i in range(1, 14)]
    (tmp_path / "a.jsonl").write_text("\n".join(rows[:10]) + "\n")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(("\n".join(rows[10:]) + "\n").encode()))
    return [str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl.gz")]


@pytest.fixture(scope="module")
def scorer(pair_model):
    return ModelScorer(pair_model)


@pytest.fixture
def score(pair_model, scorer, inputs, tmp_path):
    def score(out, runner=None, **changes):
        options = {"text": "text", "pair": "second", "shard_rows": 3, **changes}
        request, source = Request(inputs, f"{tmp_path}/{out}/", **options), Source("model", pair_model)
        elsewhere = None if runner is None else ScoringPipeline(source, request, runner=runner)
        return score_folder(source, request, load=lambda: scorer, console=QUIET, elsewhere=elsewhere)

    return score


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def facts(scored):
    return dataclasses.replace(scored, out="", seconds=0.0)


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_the_same_folder(score, tmp_path, in_this_process, kind):
    here, runner = score("here", out_format=kind), in_this_process()
    there = score("there", runner, workers=2, out_format=kind)
    assert files(tmp_path / "there") == files(tmp_path / "here")
    assert facts(there) == facts(here)
    assert (there.rows, there.files, sum(there.refused.values())) == (12, 5, 1)
    assert len(runner.done) == 2 * 2
    assert runner.exchange("", local=tmp_path).names() == []
    again = in_this_process()
    assert score("there", again, workers=2, out_format=kind).kept_files == 5
    assert again.done == []


def test_by_two_processes_of_beam(score, tmp_path, two_processes):
    score("here")
    score("there", two_processes, workers=2)
    assert files(tmp_path / "there") == files(tmp_path / "here")
    assert not (tmp_path / "there" / "_score" / "pipeline").exists()


def test_files_are_kept_and_damaged_ones_made_again(score, tmp_path, in_this_process):
    score("here")
    with pytest.raises(KeyboardInterrupt):
        score("there", in_this_process(most=1), workers=2)
    made = sorted((tmp_path / "exchange").rglob("files/*"))
    assert [path.name for path in made] == ["a-00000.jsonl", "a-00002.jsonl"]
    made[0].write_bytes(made[0].read_bytes()[1:])
    runner = in_this_process()
    score("there", runner, workers=2)
    assert files(tmp_path / "there") == files(tmp_path / "here")
    assert [sorted(job.done) for job in runner.done] == [["a-00002.jsonl"]] * 4


def test_a_worker_that_finds_other_inputs(score, tmp_path, in_this_process, monkeypatch):
    runner = in_this_process()
    run = runner.run

    def run_late(work, jobs, *, exchange):
        (tmp_path / "a.jsonl").write_text('{"text": "new", "second": "one"}\n')
        run(work, jobs, exchange=exchange)

    monkeypatch.setattr(runner, "run", run_late)
    with pytest.raises(DataError, match="finds other inputs than this command"):
        score("there", runner)


def test_a_run_is_refused(tmp_path, in_this_process):
    request = Request(["a.csv"], f"{tmp_path}/out/", "text")
    with pytest.raises(RunError, match="with an exported model, and this is a run(.|\\n)*bert-tf export runs/a"):
        ScoringPipeline(Source("run", pathlib.Path("runs/a")), request, runner=in_this_process())
