"""Contestants side by side: each in its own process and environment, taking turns, compared round by round."""

import contextlib
import dataclasses
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, cast

from benchmarks.environments import interpreter

_ROOT = pathlib.Path(__file__).parent.parent
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "TOKENIZERS_PARALLELISM": "true"}
_REASON_LENGTH = 300

Result = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Contestant:
    """Who runs.

    Attributes:
        name: For people.
        module: Of `benchmarks.contestants`.
        python: Interpreter of the environment that its library is in, or that environment's name in `requirements/`: it
            is made when the contestant is started, if it isn't there.
        options: For the module's `prepare`; they win over those of the workload.
        environment: Variables beside the shell's own.
        unavailable: Why it can't run, where that is known beforehand.
        checkout: Folder with `benchmarks` and the library that it runs; by default this one.
    """

    name: str
    module: str
    python: pathlib.Path | str
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    unavailable: str = ""
    checkout: pathlib.Path | None = None


class Worker:
    """A contestant's process, which stands still between its turns; see `benchmarks.worker`.

    Args:
        contestant: Whose.
        log: Gets what the library prints.
        cores: Run on that many; all if not given.
        patience: Seconds after which a command that isn't answered ends the process.
    """

    def __init__(self, contestant: Contestant, log: pathlib.Path, *, cores: int | None, patience: float) -> None:
        command = [str(contestant.python), "-m", f"benchmarks.contestants.{contestant.module}"]
        if cores:
            command = ["taskset", "--cpu-list", f"0-{cores - 1}", *command]
        log.parent.mkdir(parents=True, exist_ok=True)
        self._patience = patience
        self._log = log
        with log.open("w") as output:
            self._process = subprocess.Popen(
                command,
                cwd=contestant.checkout or _ROOT,
                env={**_environment(), **_QUIET, **contestant.environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
                # A group of its own is stopped, continued and ended as a whole.
                process_group=0,
            )
        self._commands = cast(IO[str], self._process.stdin)
        self._answers = cast(IO[str], self._process.stdout)

    def tell(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """Send a command and wait for its answer; a process that died, or took too long, answers with an error."""
        overdue = threading.Timer(self._patience, self._signal, [signal.SIGKILL])
        overdue.start()
        try:
            # Threads of OpenMP and of JAX spin on for a while after their work: between turns the process is stopped.
            self._signal(signal.SIGCONT)
            self._commands.write(json.dumps(command) + "\n")
            self._commands.flush()
            answer = self._answers.readline()
            if answer:
                self._signal(signal.SIGSTOP)
        except BrokenPipeError:
            answer = ""
        in_time = overdue.is_alive()
        overdue.cancel()
        if answer:
            return json.loads(answer)
        return {"error": self._last_words() if in_time else f"no answer in {self._patience:.0f} seconds"}

    def stop(self) -> None:
        """End the process and those it started."""
        self._signal(signal.SIGKILL)
        with self._process:
            self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _last_words(self) -> str:
        code = self._process.wait()
        lines = self._log.read_text(errors="replace").strip().splitlines() or ["no message"]
        return f"exit status {code}: {lines[-1][:_REASON_LENGTH]}"


def contest(
    contestants: Sequence[Contestant],
    workload: Mapping[str, Any],
    *,
    rounds: int,
    seconds: float,
    logs: pathlib.Path,
    cores: int | None = None,
    warmup: Sequence[int] = (2, 2),
    patience: float = 1800,
    notice: Callable[[str], None] = lambda _: None,
) -> dict[str, Result]:
    """Run a workload by all, in turns, and return by name what each did, or the reason that it could not run.

    Args:
        contestants: The order of turns within a round.
        workload: Options of `prepare`.
        rounds: Turns of each.
        seconds: Least length of a turn; how many steps it has follows from the last step of the warm-up.
        logs: Folder for what the libraries print.
        cores: Run on that many; all if not given.
        warmup: Steps that are made beforehand and don't count, in which libraries compile. With none, a turn is one
            step.
        patience: Seconds that an answer may take.
        notice: Told who is at work.

    Returns:
        `{"error": reason}`, or `{"turns": […], "told": …}`: turns as of `worker.timed` with `count`, with `others`, the
        cores that other processes of the machine kept busy meanwhile, and with what was told where that is an object;
        and what the last turn told.
    """
    results: dict[str, Result] = {}
    workers: dict[str, tuple[Worker, int]] = {}
    with contextlib.ExitStack() as stack:
        for contestant in contestants:
            notice(f"{contestant.name} prepares")
            try:
                worker = _started(contestant, logs / f"{_file_name(contestant, workload)}.log", cores, patience)
                stack.callback(worker.stop)
                answer = _ready(worker, {**workload, **contestant.options}, warmup)
            except _UnableError as problem:
                results[contestant.name] = {"error": str(problem)}
                continue
            results[contestant.name] = {"turns": []}
            workers[contestant.name] = worker, _count(answer, seconds)
        for turn in range(rounds):
            for name, (worker, count) in list(workers.items()):
                notice(f"round {turn + 1} of {rounds}: {name}")
                answer = _turn(worker, count)
                if "error" in answer:
                    results[name] = answer
                    del workers[name]
                    continue
                results[name]["told"] = answer.pop("told")
                results[name]["turns"].append(answer)
    return results


def _turn(worker: Worker, count: int) -> dict[str, Any]:
    """A turn as `contest` returns it, with `told`; or why there was none, as `error`."""
    busy = _busy_cpu_seconds()
    answer = worker.tell({"count": count})
    busy = _busy_cpu_seconds() - busy
    if "error" in answer:
        return {"error": answer["error"]}
    others = max(0.0, busy - answer["cpu_seconds"]) / answer["seconds"]
    # Work that knows better what of it counts tells its own times.
    own = answer["told"] if isinstance(answer["told"], dict) else {}
    return {**answer, **own, "count": count, "others": round(others, 2)}


def _environment() -> dict[str, str]:
    """The variables that this process was started with: libraries that it imported since then have set others."""
    entries = pathlib.Path("/proc/self/environ").read_bytes().decode(errors="surrogateescape").split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


def _busy_cpu_seconds() -> float:
    """What all processes of the machine have used since it started; proc_stat(5)."""
    user, nice, system = map(int, pathlib.Path("/proc/stat").read_text().split(maxsplit=4)[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


class _UnableError(Exception):
    """Why a contestant can't take part."""


def _started(contestant: Contestant, log: pathlib.Path, cores: int | None, patience: float) -> Worker:
    python, reason = contestant.python, contestant.unavailable
    if isinstance(python, str):
        python, reason = interpreter(python)
    if reason:
        raise _UnableError(reason)
    try:
        return Worker(dataclasses.replace(contestant, python=python), log, cores=cores, patience=patience)
    except OSError as problem:
        raise _UnableError(f"{python}: {problem.strerror}") from problem


def _ready(worker: Worker, options: Mapping[str, Any], warmup: Sequence[int]) -> dict[str, Any]:
    """Prepare and warm up; the last answer with the `count` it is about."""
    answer: dict[str, Any] = {}
    for command in (options, *({"count": count} for count in warmup)):
        answer = {**worker.tell(command), "count": command.get("count")}
        if "error" in answer:
            worker.stop()
            raise _UnableError(answer["error"])
    return answer


def _count(answer: Mapping[str, Any], seconds: float) -> int:
    return max(1, round(seconds * answer["count"] / answer["seconds"])) if "seconds" in answer else 1


def rates(result: Result, size: float, *, of: str = "seconds") -> list[float]:
    """What was done in each turn per second (or per CPU second, of="cpu_seconds"), when a step is of `size`."""
    return [size * turn["count"] / turn[of] for turn in result["turns"]]


def ratios(ours: Sequence[float], peers: Sequence[float]) -> list[float]:
    """Ours over a peer's, turn by turn."""
    return [one / other for one, other in zip(ours, peers, strict=True)]


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, least and largest."""
    return {"median": statistics.median(values), "least": min(values), "largest": max(values)}


def _file_name(contestant: Contestant, workload: Mapping[str, Any]) -> str:
    told = [value for value in workload.values() if isinstance(value, str | int) and "/" not in str(value)]
    return re.sub(r"[^\w.]+", "-", "-".join(map(str, [*told, contestant.name])))
