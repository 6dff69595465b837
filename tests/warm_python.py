"""Pythons that have imported what takes seconds, and whose forks do what a new Python would do: they begin at once.

    python warm_python.py SOCKET MODULE...

A fork is a process of its own, a child of the one that asked for it: it has an id, environment, folder and standard
streams of its own, and can be waited for, told to stop and killed. TensorFlow's own runtime begins in the fork, not
before. What is the subject of a test of its own, the start and what is imported then, is left to real ones.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import pathlib
import runpy
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

# New objects after which garbage is looked for. Graphs are made of thousands, and hardly any is garbage.
GARBAGE_THRESHOLD = 20_000

_SECONDS_TO_START = 300
_SECONDS_BEHIND_PARENT = 1.0
_PR_SET_CHILD_SUBREAPER = 36  # prctl(2)


class WarmPython:
    """One of them, started when it is needed for the first time.

    Args:
        arguments: Of Python, before the script's name.
        environment: Its own, which says what is imported how; that of a fork is whatever it is given.
        modules: What it imports.
        socket_path: Where it listens, a path that is free.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        modules: Sequence[str],
        socket_path: pathlib.Path,
    ) -> None:
        self._command = [sys.executable, *arguments, __file__, str(socket_path), *modules]
        self._environment, self._path = environment, socket_path
        self._server: subprocess.Popen[bytes] | None = None
        self._one_at_a_time = threading.Lock()

    def end(self) -> None:
        """End it, but not its forks."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()

    def fork(self, job: Mapping[str, Any], streams: Sequence[int]) -> int:
        """Begin a fork and return its id; `streams` are its standard ones."""
        with self._one_at_a_time, self._connected() as server:
            # Whose parent has gone is a child of this process, as one is that this process started itself.
            prctl(_PR_SET_CHILD_SUBREAPER, 1)
            try:
                socket.send_fds(server, [b"."], list(streams))
                with server.makefile("rw", encoding="utf-8") as lines:
                    lines.write(json.dumps({**job, "parent": os.getpid()}) + "\n")
                    lines.flush()
                    return int(lines.readline())
            finally:
                prctl(_PR_SET_CHILD_SUBREAPER, 0)

    def _connected(self) -> socket.socket:
        if self._server is None:
            self._server = subprocess.Popen(self._command, env=self._environment)
        end = time.monotonic() + _SECONDS_TO_START
        while self._server.poll() is None and time.monotonic() < end:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(self._path))
                return connection
            except OSError:
                connection.close()
                time.sleep(0.05)
        raise RuntimeError("a Python that other processes are to be forks of did not start")


Plan = Callable[[Sequence[str]], list[str] | None]
"""What of a command's words a fork runs: `-m` and a module, `-c` and a program, or a script, and arguments; None starts
a real process."""


def popen_of(warm: WarmPython, plan: Plan) -> type[subprocess.Popen]:
    """`subprocess.Popen`, whose processes are forks of a warm Python where the plan says so."""

    class Popen(subprocess.Popen):
        # The one method that begins a process; whatever stands around it is the library's.
        def _execute_child(self, args, executable, preexec_fn, close_fds, pass_fds, cwd, env, *others):
            words = None if isinstance(args, str | bytes) else plan([os.fspath(word) for word in args])
            if words is None:
                super()._execute_child(args, executable, preexec_fn, close_fds, pass_fds, cwd, env, *others)
                return
            pipes, start_new_session = others[3:9], others[-2]
            job = {
                "words": words,
                "environment": dict(os.environ if env is None else env),
                "folder": os.fspath(cwd or os.getcwd()),
                "session": bool(start_new_session),
            }
            # What the child reads from, and writes to; -1 stands for this process's own.
            given = zip((pipes[0], pipes[3], pipes[5]), (0, 1, 2), strict=True)
            self.pid = warm.fork(job, [own if stream == -1 else stream for stream, own in given])
            self._child_created = True
            self._close_pipe_fds(*pipes)

    return Popen


def with_popen(popen: type[subprocess.Popen]) -> Any:
    """The module `subprocess` with another `Popen`."""
    changed = type(subprocess)("subprocess")
    vars(changed).update(vars(subprocess))

    def run(command: Sequence[str], *, capture_output: bool, check: bool, **options: Any) -> Any:
        if check or not capture_output:
            raise ValueError("this one captures, and checks nothing")
        with popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options) as process:
            said = process.communicate()
        return subprocess.CompletedProcess(command, process.returncode, *said)

    changed.Popen, changed.run = popen, run
    return changed


def of_this_package(words: Sequence[str]) -> list[str] | None:
    """A plan: `bert-tf …`, `python -m bert_tf.… …` and `python -c …`."""
    if words[0] == str(pathlib.Path(sys.executable).with_name("bert-tf")):
        return ["-m", "bert_tf.cli", *words[1:]]
    if words[0] == sys.executable and (words[1] == "-c" or (words[1] == "-m" and words[2].startswith("bert_tf."))):
        return list(words[1:])
    return None


@contextlib.contextmanager
def warm_python(
    arguments: Sequence[str], environment: Mapping[str, str], modules: Sequence[str]
) -> Iterator[WarmPython]:
    """A warm Python that is ended with the block; arguments as of `WarmPython`."""
    # Not in the tests' own folder, whose path may be longer than a socket's is allowed to be.
    with tempfile.TemporaryDirectory() as place:
        warm = WarmPython(arguments, environment, modules, pathlib.Path(place) / "warm")
        try:
            yield warm
        finally:
            warm.end()


def prctl(option: int, value: int) -> None:
    """See prctl(2)."""
    ctypes.CDLL(None).prctl(option, value)


def _serve(path: str, modules: Sequence[str]) -> None:
    parent = os.getppid()
    for name in modules:
        importlib.import_module(name)
    # What is imported stays: a fork that looked for garbage in it would copy it all.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        listener.settimeout(_SECONDS_BEHIND_PARENT)
        while os.getppid() == parent:
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            connection.settimeout(None)
            between = os.fork()
            if between == 0:
                listener.close()
                _begin(connection)
            connection.close()
            os.waitpid(between, 0)


def _begin(connection: socket.socket) -> None:
    """Fork once more and end, so that the fork is a child of who asked for it."""
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    lines = connection.makefile("rw", encoding="utf-8")
    job, between = json.loads(lines.readline()), os.getpid()
    if os.fork():
        os._exit(0)
    while os.getppid() == between:
        time.sleep(0.001)
    if os.getppid() != job["parent"]:
        os._exit(1)
    lines.write(f"{os.getpid()}\n")
    lines.close()
    connection.close()
    _work(job, streams)


def _work(job: Mapping[str, Any], streams: Sequence[int]) -> None:
    """Do what Python does with such words; ends this process."""
    if job["session"]:
        os.setsid()
    os.environ.clear()
    os.environ.update(job["environment"])
    os.chdir(job["folder"])
    for own, descriptor in enumerate(streams):
        os.dup2(descriptor, own)
        os.close(descriptor)
    for own in ("stdin", "stdout", "stderr"):
        # What these hold back and how they end lines depends on what they are: a file, a pipe, a terminal.
        old = getattr(sys, own)
        setattr(sys, own, os.fdopen(old.fileno(), old.mode, encoding="utf-8", errors=old.errors, closefd=False))
    status = 0
    try:
        _run(job["words"])
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if status and not isinstance(end.code, int):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:
        status = 1
        traceback.print_exc()
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status & 0xFF)


def _run(words: Sequence[str]) -> None:
    if words[0] == "-m":
        sys.argv = [words[1], *words[2:]]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        return
    if words[0] == "-c":
        sys.argv = ["-c", *words[2:]]
        exec(compile(words[1], "<string>", "exec"), {"__name__": "__main__"})
        return
    sys.argv = list(words)
    runpy.run_path(words[0], run_name="__main__")


if __name__ == "__main__":
    _serve(sys.argv[1], sys.argv[2:])
