"""Several processes that fill a folder: started, followed, and stopped together."""

import contextlib
import dataclasses
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from bert_tf.errors import MachineError
from bert_tf.machine import describe
from bert_tf.quiet import TENSORFLOW_ENVIRONMENT
from bert_tf.system_errors import system_errors_as
from bert_tf.told_errors import raised
from bert_tf.workflow.scoring.request import Request
from bert_tf.workflow.scoring.scoring_progress import ScoringProgress
from bert_tf.workflow.source import Source

_COMMAND = (sys.executable, "-m", "bert_tf.workflow.scoring.shard_worker")
_SECONDS_TO_STOP = 30

Process = subprocess.Popen[bytes]


def run_workers(source: Source, request: Request, *, lock: int, progress: ScoringProgress) -> None:
    """Have `request.workers` processes make what is missing in a folder.

    Each takes whole files, as `ShardFolder.claim` lets it, and its share of the cores.

    Args:
        source: Run or model.
        request: What is scored.
        lock: As of `ShardFolder.held`; the processes keep it too.
        progress: Is told how far they are.

    Raises:
        BertTfError: what one of them told. MachineError: one was killed, or crashed.
    """
    job = {"request": dataclasses.asdict(request), "kind": source.kind, "path": str(source.path)}
    told: queue.Queue[dict[str, Any]] = queue.Queue()
    with _started(request.workers, lock) as processes:
        for process in processes:
            threading.Thread(target=_listen, args=(process, job, told), daemon=True, name="worker").start()
        waiting = len(processes)
        while waiting:
            event = told.get()
            if "rows" in event:
                progress.add(event["rows"], event["lines"])
            else:
                raise_if_failed(event)
                waiting -= 1


@contextlib.contextmanager
def _started(count: int, lock: int) -> Iterator[Sequence[Process]]:
    """Processes that are all gone afterwards."""
    processes: list[Process] = []
    try:
        with system_errors_as(MachineError, "Another process can't be started", hint="use fewer --workers"):
            processes += (_start(count, lock) for _ in range(count))
        yield processes
    finally:
        stop(processes, seconds=_SECONDS_TO_STOP)


def stop(processes: Sequence[Process], *, seconds: float) -> None:
    """Ask processes to stop, and kill those that have not done so in time."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    until = time.monotonic() + seconds
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(until - time.monotonic(), 0))
        process.kill()  # before its pipes are closed: who listens to it holds them until it is gone
        with process:
            pass


def _start(count: int, lock: int) -> Process:
    # A session of its own: Ctrl-C on the terminal reaches the process once, through its parent.
    return subprocess.Popen(
        _COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**TENSORFLOW_ENVIRONMENT, "TF_NUM_INTRAOP_THREADS": str(_threads(count)), **os.environ},
        pass_fds=(lock,),
        start_new_session=True,
    )


def _threads(count: int) -> int:
    """Of each process, so that all of them together have as many as there are cores."""
    return max(1, int(describe()["cores"]) // count)


def _listen(process: Process, job: dict[str, Any], told: queue.Queue[dict[str, Any]]) -> None:
    """Give a process its job, hand on what it tells, and how it ended."""
    with contextlib.suppress(BrokenPipeError):  # it ended before it read; its status tells
        if process.stdin:
            process.stdin.write(json.dumps(job).encode() + b"\n")
            process.stdin.flush()
    error = None
    for line in process.stdout or ():
        with contextlib.suppress(ValueError):  # half a line, of a process that was killed
            event = json.loads(line)
            error = event.get("error")
            if error is None:
                told.put(event)
    told.put({"status": process.wait(), "error": error})


def raise_if_failed(event: dict[str, Any]) -> None:
    """Raise what `run_workers` does for how a process ended: its `status` and the `error` that it told, or None."""
    if event["error"] is not None:
        raise raised(event["error"])
    status = event["status"]
    if status:
        how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        killed = ", as happens when the system is out of memory" if status == -signal.SIGKILL else ""
        raise MachineError(
            f"A scoring process {how}{killed}.",
            hint="run the same command again to go on where it stopped; fewer --workers need less memory",
        )
