"""A Python that has imported TensorFlow, whose forks do what a new one would: they begin at once.

    python -I warm_python.py SOCKET PARENT

Takes the place of the start of a process in which an exported model answers (`bert_tf.export.clean_process`): it was
begun with the same options and the same bare environment, and has imported what those scripts import and nothing of
bert_tf. TensorFlow's own runtime begins in the fork. What is the subject of a test of its own, the start itself, is not
done here: tests/export/test_clean_process.py, and each command that a test starts, begin real ones.
"""

import contextlib
import ctypes
import json
import os
import pathlib
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, Self

_SECONDS_TO_START = 120
_PR_SET_PDEATHSIG = 1  # prctl(2)


class WarmPython:
    """The process, started when it is needed for the first time, and ended with the block at the latest.

    Args:
        scripts: What it runs; `run` starts a process for all others.
        socket_path: Where it listens, a path that is free.
    """

    def __init__(self, scripts: Sequence[pathlib.Path], socket_path: pathlib.Path) -> None:
        self._scripts, self._path = frozenset(map(str, scripts)), socket_path
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.kill()
            self._server.wait()

    def run(
        self, command: Sequence[str], *, env: Mapping[str, str], cwd: pathlib.Path, **kept: Any
    ) -> subprocess.CompletedProcess[bytes]:
        """As `subprocess.run` with `capture_output=True`."""
        place = next((index for index, word in enumerate(command) if word in self._scripts), None)
        if place is None:
            return subprocess.run(command, env=env, cwd=cwd, **kept)
        with contextlib.ExitStack() as stack:
            said = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(2)]
            server = stack.enter_context(self._connected(env))
            job = {"arguments": command[place:], "environment": dict(env), "folder": str(cwd)}
            socket.send_fds(server, [b"."], [file.fileno() for file in said])
            with server.makefile("rw", encoding="utf-8") as lines:
                lines.write(json.dumps(job) + "\n")
                lines.flush()
                status = int(lines.readline())
            for file in said:
                file.seek(0)
            return subprocess.CompletedProcess(command, status, *(file.read() for file in said))

    def _connected(self, environment: Mapping[str, str]) -> socket.socket:
        if self._server is None:
            arguments = [sys.executable, "-I", __file__, str(self._path), str(os.getpid())]
            self._server = subprocess.Popen(arguments, env=environment)
        end = time.monotonic() + _SECONDS_TO_START
        while self._server.poll() is None and time.monotonic() < end:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(self._path))
                return connection
            except OSError:
                connection.close()
                time.sleep(0.05)
        raise RuntimeError("the warm Python did not start")


def _serve(path: str, parent: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return
    import tensorflow_text  # noqa: F401
    from tensorflow.python.tools import saved_model_cli  # noqa: F401

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _attend(connection)
            connection.close()
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass


def _attend(connection: socket.socket) -> None:
    """Run one script in a fork, and say how it ended; ends this process."""
    _, said, _, _ = socket.recv_fds(connection, 1, 2)
    with connection.makefile("rw", encoding="utf-8") as lines:
        job = json.loads(lines.readline())
        number = os.fork()
        if number == 0:
            connection.close()
            _work(job, said)
        lines.write(f"{os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])}\n")
        lines.flush()
    os._exit(0)


def _work(job: Mapping[str, Any], said: Sequence[int]) -> None:
    """Run a script as `python -I` does; ends this process."""
    os.environ.clear()
    os.environ.update(job["environment"])
    os.chdir(job["folder"])
    for descriptor, own in zip(said, (1, 2), strict=True):
        os.dup2(descriptor, own)
    sys.argv = job["arguments"]
    status = 0
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if status and not isinstance(end.code, int):
            print(end.code, file=sys.stderr)
    except BaseException:
        status = 1
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
