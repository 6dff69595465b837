"""What a runner needs, and how what goes wrong at a worker or in Beam is told."""

import sys

import pytest

from bert_tf.errors import DataError, MachineError, TextError
from bert_tf.pipelines.beam_runner import BeamRunner, Told
from bert_tf.pipelines.exchange_folder import ExchangeFolder
from bert_tf.pipelines.part_tokenizer import PartTokenizer, TokenJob


def refuse(job):
    raise DataError(f"Row {job} is bad.", where="a.csv", hint="mend it", problems=["one", "two"])


def divide(job):
    return 1 / job


def test_beam_that_is_not_installed_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "apache_beam", None)
    with pytest.raises(MachineError, match="needs the package apache-beam(.|\\n)*bert_tf\\[beam\\]"):
        BeamRunner("DirectRunner")


def test_an_error_of_a_worker_is_put_where_the_command_finds_it(tmp_path):
    Told(refuse, str(tmp_path / "exchange"))(3)
    assert ExchangeFolder(str(tmp_path / "exchange")).names() == ["error.json"]


def test_other_runners_need_a_folder_that_workers_reach(two_processes, tmp_path):
    with pytest.raises(MachineError, match="FlinkRunner needs a folder(.|\\n)*temp_location=gs://"):
        BeamRunner("FlinkRunner", ("flink_master=one:8081",))
    runner = BeamRunner("FlinkRunner", (f"temp_location={tmp_path}/shared",))
    assert runner.exchange("a", local=tmp_path / "local").uri == f"{tmp_path}/shared/bert_tf/a"
    assert two_processes.exchange("a", local=tmp_path / "local").uri == f"{tmp_path}/local"


def test_a_sentence_of_a_worker_is_the_commands(two_processes, tmp_path):
    exchange = ExchangeFolder(str(tmp_path))
    jobs = [TokenJob("split", f"{number}.arrow", 8) for number in range(4)]
    with pytest.raises(TextError, match="There is no readable tokenizer in this folder"):
        two_processes.run(PartTokenizer(exchange.uri, "of a tokenizer that isn't there"), jobs, exchange=exchange)
    assert exchange.names() == []


def test_a_pipeline_that_fails_is_told(two_processes, tmp_path):
    exchange = ExchangeFolder(str(tmp_path))
    with pytest.raises(MachineError, match="failed on DirectRunner(.|\\n)*division by zero"):
        BeamRunner("DirectRunner").run(divide, [0], exchange=exchange)
    with pytest.raises(MachineError, match="failed on NoRunner"):
        BeamRunner("NoRunner", (f"temp_location={tmp_path}",)).run(divide, [1], exchange=exchange)
