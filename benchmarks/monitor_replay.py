"""`bert-tf monitor` on many events: its rate beside that of `score`, its memory, and kills.

    python -m benchmarks.monitor_replay runs/events/20260101-120000 [--events 1000000] [--kills 20] [--stream]

Events are those of `bert_tf.monitoring.generated_stream`, again and again at later times. The same file is counted
undisturbed, and by processes that are killed (SIGKILL) at random moments until one comes to its end; with --stream the
events come by standard input, and are sent again from the first one after each kill. Exits with 1 where the series or
alarms differ from those of the undisturbed process, or memory grows by more than a tenth of its first value between a
tenth of the events, 10,000 at least, and all. The rate is that of reading, computing and counting, as `score`'s is of
reading, computing and writing; quiet time is simulated once in a monitor's life, and its seconds stand beside the rate.
"""

import argparse
import contextlib
import datetime
import json
import pathlib
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil

from bert_tf.monitoring.generated_stream import generated_events
from bert_tf.temporaries import scratch_folder

GROWTH = 1.1
_DAYS = 28
_FEWEST = 10_000  # 17 days: the quiet period is over, and its simulation has taken its memory
_SECONDS_OF_LOADING = 12
_BETWEEN = 0.05  # seconds between looks at a process
_RESULTS = ("series.csv", "alarms.jsonl")


def write_events(path: pathlib.Path, count: int) -> None:
    """So many events in order of time, JSON lines; a file's days are followed by the same ones, later."""
    block, written = list(generated_events(days=_DAYS, per_hour=8)), 0
    with path.open("w", encoding="utf-8") as file:
        for repeat in range(-(-count // len(block))):
            later = datetime.timedelta(days=repeat * _DAYS - 365 * 20)
            for event in block[: count - written]:
                moment = datetime.datetime.fromisoformat(event["time"]) + later
                file.write(json.dumps({**event, "id": written, "time": moment.isoformat()}) + "\n")
                written += 1


class Attempt:
    """A process of `bert-tf monitor`, begun.

    Args:
        model: Run or exported model.
        events: File of events.
        out: Folder of the monitor.
        by_stream: Whether the events come by standard input.
    """

    def __init__(self, model: str, events: pathlib.Path, out: pathlib.Path, *, by_stream: bool) -> None:
        command = [sys.executable, "-m", "bert_tf.cli", "monitor", model, "--in", "-" if by_stream else str(events)]
        options = ["--time", "time", "--by", "company", *(("--id", "id") if by_stream else ()), "--json"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        # Not a pipe, which nobody reads while the memory is looked at: many alarms would fill it.
        self._said = out.with_name(f"{out.name}.json")
        with events.open("rb") as file, self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [*command, *options, "--metrics-port", str(self._port), "--out", str(out)],
                stdin=file if by_stream else subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.DEVNULL,
            )

    def memory(self) -> Iterator[int]:
        """Bytes of the process, looked at until it ends."""
        process = psutil.Process(self.process.pid)
        while self.process.poll() is None:
            try:
                yield process.memory_info().rss
            except psutil.Error:
                return
            time.sleep(_BETWEEN)

    def has_begun(self) -> bool:
        """Wait until its metrics can be read, before it loads the model; False where it ended before."""
        while self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=1):
                return True
            time.sleep(_BETWEEN)
        return False

    def result(self) -> dict[str, object]:
        """What it said at its end."""
        self.process.wait()
        output = self._said.read_bytes()
        if self.process.returncode:
            raise RuntimeError(f"bert-tf monitor ended with status {self.process.returncode}: {output.decode()}")
        found: dict[str, object] = json.loads(output)
        return found


def score_rate(model: str, events: pathlib.Path, out: pathlib.Path) -> float:
    """Rows a second of `bert-tf score` on the same file."""
    command = [sys.executable, "-m", "bert_tf.cli", "score", model, "--in", str(events), "--out", str(out), "--json"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    told = json.loads(done.stdout)
    return float(told["rows"] / told["seconds"])


def undisturbed(
    model: str, events: pathlib.Path, out: pathlib.Path, *, by_stream: bool
) -> tuple[dict[str, object], int]:
    """What a process says that nobody kills, and its largest memory in MiB."""
    attempt = Attempt(model, events, out, by_stream=by_stream)
    peak = max(attempt.memory())
    return attempt.result(), peak >> 20


def killed(model: str, events: pathlib.Path, out: pathlib.Path, options: argparse.Namespace, seconds: float) -> int:
    """Kill processes at random moments, then let one come to its end; how many were killed.

    Args:
        model: As of `Attempt`.
        events: Likewise.
        out: Likewise.
        options: `kills`, `seed` and `stream`.
        seconds: That the undisturbed process took.
    """
    dice, kills = random.Random(options.seed), 0
    while kills < options.kills:
        attempt = Attempt(model, events, out, by_stream=options.stream)
        if attempt.has_begun():
            # Until the model is loaded nothing is counted; a few kills fall into that.
            time.sleep(dice.uniform(0, _SECONDS_OF_LOADING + seconds / options.kills))
        if attempt.process.poll() is not None:
            break  # it came to its end before
        attempt.process.kill()
        attempt.process.wait()
        kills += 1
    Attempt(model, events, out, by_stream=options.stream).result()
    return kills


def main() -> int:
    """Exit status 1 where something was lost or counted twice, or memory grows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="run or exported model with a label `negative`")
    parser.add_argument("--events", type=int, default=1_000_000, help="[1,000,000]")
    parser.add_argument("--kills", type=int, default=20, help="[20]")
    parser.add_argument("--seed", type=int, default=1, help="of the moments [1]")
    parser.add_argument("--stream", action="store_true", help="events by standard input, with ids")
    options = parser.parse_args()
    with scratch_folder() as folder:
        few, all_of_them = folder / "few.jsonl", folder / "all.jsonl"
        write_events(few, max(options.events // 10, _FEWEST))
        write_events(all_of_them, options.events)
        _, first = undisturbed(options.model, few, folder / "few", by_stream=options.stream)
        told, peak = undisturbed(options.model, all_of_them, folder / "whole", by_stream=options.stream)
        seconds = float(str(told["seconds"]))
        counting = seconds if told["counting_seconds"] is None else float(str(told["counting_seconds"]))
        rate, of_score = options.events / counting, score_rate(options.model, all_of_them, folder / "scored.jsonl")
        print(f"{options.events:,} events: {rate:,.0f} events/s, score {of_score:,.0f} rows/s, {rate / of_score:.2f}x")
        print(f"judging, simulating and showing: {seconds - counting:.1f} s", flush=True)
        print(
            f"memory: {first:,} MiB with {max(options.events // 10, _FEWEST):,} of them, {peak:,} MiB with all",
            flush=True,
        )
        kills = killed(options.model, all_of_them, folder / "killed", options, seconds)
        differing = [
            name
            for name in _RESULTS
            if (folder / "whole" / name).read_bytes() != (folder / "killed" / name).read_bytes()
        ]
    print(f"{kills} kills: {' and '.join(differing) or 'nothing'} differs from the undisturbed process")
    return int(bool(differing) or peak > GROWTH * first)


if __name__ == "__main__":
    sys.exit(main())
