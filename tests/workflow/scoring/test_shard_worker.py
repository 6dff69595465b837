"""What a process that scores tells its parent, and what the parent makes of how it ended."""

import io
import json
import signal
import subprocess
import sys
import threading
import time

import pytest

from bert_tf.errors import DataError, MachineError
from bert_tf.told_errors import told
from bert_tf.workflow.scoring import shard_worker
from bert_tf.workflow.scoring.blocks import Block
from bert_tf.workflow.scoring.shard_workers import raise_if_failed, stop


def test_all_rows_and_lines_of_blocks_are_told(monkeypatch):
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    output = io.StringIO()
    events = shard_worker.Events(output)
    first = Block("a.csv", ("text",), before=0, last=41, texts=[b"x"] * 40)
    second = Block("a.csv", ("text",), before=41, last=50, texts=[b"x"] * 6)
    for block, share in ((first, 0.25), (first, 0.5), (first, 1.0), (second, 1.0)):
        events.show(block, share)
    found = [json.loads(line) for line in output.getvalue().splitlines()]
    assert [sum(event[name] for event in found) for name in ("rows", "lines")] == [46, 50]
    assert len(found) == 3  # half of the first block was told of with its end


def test_a_process_that_does_not_stop_is_killed():
    command = [sys.executable, "-c", "import signal; signal.signal(2, signal.SIG_IGN); print(); signal.pause()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        listening = threading.Thread(target=process.stdout.read, daemon=True)
        listening.start()
        stopping = threading.Thread(target=stop, args=([process],), kwargs={"seconds": 0.1}, daemon=True)
        stopping.start()
        stopping.join(300)
        is_gone = process.poll() == -signal.SIGKILL
        process.kill()
    assert is_gone


def test_an_error_or_a_signal_of_a_process_is_the_commands():
    with pytest.raises(DataError, match="The disk is full"):
        raise_if_failed({"status": 1, "error": told(DataError("The disk is full."))})
    with pytest.raises(MachineError, match="SIGKILL, as happens when(.|\\n)*to go on"):
        raise_if_failed({"status": -9, "error": None})
    with pytest.raises(MachineError, match="ended with status 3"):
        raise_if_failed({"status": 3, "error": None})
    raise_if_failed({"status": 0, "error": None})
