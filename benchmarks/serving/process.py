"""A real `bert-tf serve` on loopback, as a process of its own."""

import contextlib
import dataclasses
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

_STARTED_WITHIN = 300  # seconds
_READY = "(press Ctrl-C to stop)"


@dataclasses.dataclass(frozen=True)
class ServerProcess:
    """Where it answers.

    Attributes:
        process: Of the operating system.
        rest: `http://127.0.0.1:8501`.
        grpc: `127.0.0.1:8500`.
        name: Of the model.
        log: File of what it prints.
    """

    process: subprocess.Popen[bytes]
    rest: str
    grpc: str
    name: str
    log: pathlib.Path

    @property
    def said(self) -> str:
        """What it has printed so far."""
        return self.log.read_text(encoding="utf-8")

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for the end, and return the exit status."""
        self.process.send_signal(sent)
        return self.process.wait(_STARTED_WITHIN)


@contextlib.contextmanager
def running_server(model: pathlib.Path, *options: str) -> Iterator[ServerProcess]:
    """`bert-tf serve MODEL` on free ports, ready to answer; killed at the end of the block.

    Raises:
        RuntimeError: it ended instead; with what it said.
    """
    with tempfile.TemporaryDirectory() as scratch:
        log = pathlib.Path(scratch) / "log.txt"
        command = [str(pathlib.Path(sys.executable).with_name("bert-tf")), "serve", str(model)]
        ports = ("--rest-port", "0", "--grpc-port", "0")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, *ports, *options],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "CUDA_VISIBLE_DEVICES": "-1"},
            )
        try:
            lines = _wait(process, log)
            rest, name = next(line for line in lines if line.startswith("REST"))[4:].strip().split("/v1/models/")
            grpc = next(line for line in lines if line.startswith("gRPC"))[4:].strip()
            yield ServerProcess(process, rest, grpc, name, log)
        finally:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], log: pathlib.Path) -> list[str]:
    deadline = time.monotonic() + _STARTED_WITHIN
    while _READY not in log.read_text(encoding="utf-8"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"bert-tf serve did not start: {log.read_text(encoding='utf-8')}")
        time.sleep(0.05)
    return log.read_text(encoding="utf-8").splitlines()
