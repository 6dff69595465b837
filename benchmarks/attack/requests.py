"""Attack a real `bert-tf serve` on loopback while others use it, and see that they notice little of it.

    python -m benchmarks.attack.requests --model models/headlines --count 100000 --seed 1

First the good clients ask alone, then hostile ones from a process of their own send as many requests beside them:
malformed ones, some that stand for far more than they are, slow ones, and some that nobody waits for. Every good
request must be answered right, within five times the 99th percentile of the first part; no hostile one may be answered
as a failure of the server; the server's memory stays within 5% after warm-up, and below 2 GiB. Else the exit status
is 1. Needs hypothesis, which `make test` installs.
"""

import argparse
import asyncio
import collections
import dataclasses
import multiprocessing
import multiprocessing.connection
import pathlib
import random
import signal
import statistics
import sys
import threading
from multiprocessing.sharedctypes import Synchronized

import grpc
import psutil

from benchmarks.attack.exchange import Address, ViolationError
from benchmarks.attack.hostile import Attack, Hostile, Target
from benchmarks.serving.golden import Golden, percentile, read
from benchmarks.serving.load import Outcome, run_load
from benchmarks.serving.process import ServerProcess, running_server

_SLOWER = 5.0
_FLAT = 0.05
_MOST_BYTES = 2 << 30
_WARM_UP_TENTHS = 2  # of the time
_SAMPLE_SECONDS = 0.2
_SHOWN = 5
# Slow senders under way beside each hostile client.
_SLOW_AT_ONCE = 16
# The hostile side is not ahead of the other by more requests than this, so that it lasts as long.
_AHEAD = 200


@dataclasses.dataclass
class Found:
    """What came of an attack.

    Attributes:
        answers: How often hostile requests were answered what.
        violations: What the server must not have done.
        memory: Bytes of the server, in turn.
    """

    answers: collections.Counter[str]
    violations: list[str]
    memory: list[int]


@dataclasses.dataclass(frozen=True)
class Result:
    """All of it.

    Attributes:
        quiet: Good requests alone.
        outcome: Good requests beside hostile ones.
        found: What came of those.
        count: Of good requests and of hostile ones, beside each other.
    """

    quiet: Outcome
    outcome: Outcome
    found: Found
    count: int

    def problems(self) -> list[str]:
        """What must not be."""
        wrong = self.quiet.lost + self.quiet.wrong + self.outcome.lost + self.outcome.wrong + self.found.violations
        if (missing := self.count - len(self.outcome.seconds)) > 0:
            wrong.append(f"{missing:,} good requests are not answered")
        alone, beside = self._p99()
        if beside > _SLOWER * alone:
            wrong.append(f"good requests take {beside / alone:.1f} times as long, {_SLOWER:.0f} are allowed")
        _, growth, most = self._memory()
        if growth > _FLAT:
            wrong.append(f"memory after warm-up grows by {growth:.1%}, {_FLAT:.0%} are allowed")
        if most > _MOST_BYTES:
            wrong.append(f"the server takes {most >> 20} MiB, {_MOST_BYTES >> 20} are allowed")
        return wrong

    def summary(self) -> str:
        """For people."""
        alone, beside = self._p99()
        warm, growth, most = self._memory()
        lines = [f"{times:>8,} {answer}" for answer, times in sorted(self.found.answers.items())]
        lines += [
            f"{len(self.outcome.seconds):,} of {self.count:,} good requests answered in {self.outcome.took:.0f} s: "
            f"{len(self.outcome.lost)} lost, {len(self.outcome.wrong)} wrong",
            f"p99 of them alone {alone * 1e3:.0f} ms, beside the attack {beside * 1e3:.0f} ms: {beside / alone:.1f} "
            f"times as long (allowed {_SLOWER:.0f})",
            f"{sum(self.found.answers.values()):,} hostile requests, {len(self.found.violations)} answered as they "
            "must not be",
            f"memory after warm-up {warm >> 20} MiB, grows by {growth:.1%} at most (allowed {_FLAT:.0%}), highest ever "
            f"{most >> 20} MiB (allowed {_MOST_BYTES >> 20})",
        ]
        return "\n".join(lines)

    def _p99(self) -> tuple[float, float]:
        return percentile(self.quiet.seconds, 0.99), percentile(self.outcome.seconds, 0.99)

    def _memory(self) -> tuple[int, float, int]:
        """The level after warm-up, its largest growth, and the highest ever; a level is the median of a tenth."""
        count = len(self.found.memory)
        tenths = [self.found.memory[count * tenth // 10 : count * (tenth + 1) // 10] for tenth in range(10)]
        # A single sample may be of a moment in which a large request stood in memory.
        levels = [int(statistics.median(part)) for part in tenths[_WARM_UP_TENTHS:] if part]
        return levels[0], max(level / levels[0] - 1 for level in levels), max(self.found.memory)


@dataclasses.dataclass(frozen=True)
class _Order:
    """What the hostile process is told."""

    rest: str
    grpc: str
    name: str
    input_name: str
    count: int
    clients: int
    seed: int


def main() -> int:
    """Run the attack; returns the exit status."""
    arguments = _arguments()
    golden = read(arguments.model)
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(arguments.seconds)
    with running_server(arguments.model) as server:
        result = attack(server, golden, count=arguments.count, clients=arguments.clients, seed=arguments.seed)
    problems = result.problems()
    print(result.summary())
    for line in problems[:_SHOWN]:
        print(f"  {line}")
    return int(bool(problems))


def attack(server: ServerProcess, golden: Golden, *, count: int, clients: int, seed: int) -> Result:
    """Ask alone, then beside hostile clients.

    Args:
        server: Of the model.
        golden: Its requests and answers.
        count: Requests beside each other: half are good.
        clients: Half are good.
        seed: Of the hostile requests.
    """
    good, half = clients // 2, count // 2
    quiet = run_load(
        server, golden, requests=max(half // 10, 20), clients=good, memory_every=count, notice=lambda *_: None
    )
    order = _Order(server.rest, server.grpc, server.name, next(iter(golden.lines[0]["request"])), half, good, seed)
    outcome, found = _together(server, golden, order)
    return Result(quiet, outcome, found, half)


def _together(server: ServerProcess, golden: Golden, order: _Order) -> tuple[Outcome, Found]:
    context = multiprocessing.get_context("spawn")
    received, sent = context.Pipe(duplex=False)
    progress = context.Value("l", 0)
    hostile = context.Process(target=_hostile_process, args=(order, progress, sent), daemon=True)
    hostile.start()
    received.recv()  # it is ready
    memory: list[int] = []
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(server.process.pid, memory, over))
    watch.start()
    try:
        outcome = run_load(
            server,
            golden,
            requests=order.count,
            clients=order.clients,
            memory_every=1,
            notice=lambda number, _: _tell(progress, number),
        )
        _tell(progress, order.count)
        answers, violations = received.recv()
    finally:
        over.set()
        watch.join()
        hostile.terminate()
    return outcome, Found(answers, violations, memory)


def _tell(progress: "Synchronized[int]", number: int) -> None:
    progress.value = number


def _watch(pid: int, memory: list[int], over: threading.Event) -> None:
    process = psutil.Process(pid)
    while not over.wait(_SAMPLE_SECONDS):
        try:
            memory.append(process.memory_info().rss)
        except psutil.NoSuchProcess:
            return


def _hostile_process(
    order: _Order,
    progress: "Synchronized[int]",
    sent: multiprocessing.connection.Connection,
) -> None:
    asyncio.run(_hostile(order, progress, sent))


async def _hostile(
    order: _Order,
    progress: "Synchronized[int]",
    sent: multiprocessing.connection.Connection,
) -> None:
    answers: collections.Counter[str] = collections.Counter()
    violations: list[str] = []
    async with grpc.aio.insecure_channel(order.grpc) as channel:
        target = Target(_address(order.rest), _address(order.grpc), channel, order.name, order.input_name)
        plan = Attack(target, order.seed)
        numbers = iter(range(order.count))
        sent.send("ready")

        async def one(kind: Hostile, random_numbers: random.Random) -> None:
            try:
                answers[f"{kind.__name__.strip('_').replace('_', ' ')}: {await kind(target, random_numbers)}"] += 1
            except (ViolationError, OSError) as problem:
                violations.append(f"{kind.__name__}: {type(problem).__name__}: {problem}")

        async def client(number: int) -> None:
            random_numbers = random.Random(f"{order.seed} {number}")
            slow: set[asyncio.Task[None]] = set()
            for done in numbers:
                while done - progress.value > _AHEAD:
                    await asyncio.sleep(0.005)
                kind = plan.draw(random_numbers)
                task = asyncio.create_task(one(kind, random.Random(random_numbers.random())))
                if not plan.takes_long(kind):
                    await task
                    continue
                slow.add(task)
                task.add_done_callback(slow.discard)
                if len(slow) >= _SLOW_AT_ONCE:
                    await asyncio.wait(slow, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.gather(*slow)

        await asyncio.gather(*(client(number) for number in range(order.clients)))
    sent.send((answers, violations))


def _address(text: str) -> Address:
    host, _, port = text.removeprefix("http://").rpartition(":")
    return Address(host, int(port))


def _give_up(*_: object) -> None:
    raise TimeoutError("the attack is not over in its --seconds")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True, help="folder of an exported model")
    parser.add_argument("--count", type=int, default=100_000, help="requests, half of them hostile (100,000)")
    parser.add_argument("--clients", type=int, default=32, help="at once, half of them hostile (32)")
    parser.add_argument("--seed", type=int, default=1, help="of the hostile requests (1)")
    parser.add_argument("--seconds", type=int, default=7200, help="after which it gives up (7200)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
