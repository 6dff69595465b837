"""`bert-tf score` into a folder: its memory while rows go by, and its files after being killed again and again.

    python -m benchmarks.score_folder runs/bbc-news/20260101-120000 [--rows 10000000] [--kills 20] [--workers 1]

Texts are those of `benchmarks.score`: 4 to 24 words of the run's test texts. The rows are scored once without a break,
and the memory of the largest process is looked at all the time. Then they are scored into another folder by the same
command, which is killed (SIGKILL) at random moments and started again. Exits with 1 when a byte of the two folders
differs, or when a process takes a tenth more memory in the last tenth of the rows than in the second one. Any run will
do: one of `--set model.encoder=bow` takes a few minutes for ten million rows.
"""

import argparse
import filecmp
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import psutil

from benchmarks.score import MEMORY, write_texts

_COMMAND = pathlib.Path(sys.executable).with_name("bert-tf")


def main() -> int:
    """Score, kill, compare; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        write_texts(options.run, folder / "texts.csv", options.rows)
        command = [
            str(_COMMAND), "score", str(options.run.resolve()), "--in", "texts.csv", "--shard-rows",
            str(max(options.rows // 100, 1)), "--workers", str(options.workers), "--out",
        ]  # fmt: skip
        seconds, memory = _undisturbed([*command, "whole/"], folder)
        files = len(list((folder / "whole").glob("*.csv")))
        early, late = (_most(memory, least * files, most * files) for least, most in ((0.1, 0.2), (0.9, 1.0)))
        rate = options.rows / seconds
        print(f"{options.rows:,} rows in {seconds:,.0f} s, {rate:,.0f} rows/s with {options.workers} workers")
        print(f"memory: {early >> 20:,} MiB in the second tenth of the rows, {late >> 20:,} MiB in the last")
        kept = _killed(
            [*command, "killed/"], folder, kills=options.kills, dice=random.Random(options.seed), most=seconds
        )
        different = _different(folder / "whole", folder / "killed")
    print(f"{options.kills} kills, after which {', '.join(map(str, kept))} files were there; different: {different}")
    return int(bool(different) or late > MEMORY * early)


def _undisturbed(command: list[str], folder: pathlib.Path) -> tuple[float, list[tuple[int, int]]]:
    """Seconds, and twice a second how many files are done and the bytes of the command's largest process."""
    memory, started = [], time.monotonic()
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            memory.append((len(list((folder / "whole").glob("*.csv"))), _largest(process.pid)))
            time.sleep(0.5)
    if process.returncode:
        raise RuntimeError(f"{command} ended with status {process.returncode}")
    return time.monotonic() - started, memory


def _most(memory: list[tuple[int, int]], least: float, most: float) -> int:
    """Bytes while so many files were done."""
    return max((size for files, size in memory if least <= files <= most), default=0)


def _largest(number: int) -> int:
    try:
        process = psutil.Process(number)
        return max(each.memory_info().rss for each in (process, *process.children(recursive=True)))
    except psutil.Error:
        return 0


def _killed(command: list[str], folder: pathlib.Path, *, kills: int, dice: random.Random, most: float) -> list[int]:
    """Kill the command at random moments, and let it end at last; how many files were there after each kill."""
    found = []
    for _ in range(kills):
        with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
            try:
                process.wait(dice.uniform(0, 2 * most / kills + 10))
            except subprocess.TimeoutExpired:
                process.kill()
        found.append(len(list((folder / "killed").glob("*.csv"))))
    subprocess.run(command, cwd=folder, check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return found


def _different(one: pathlib.Path, other: pathlib.Path) -> list[str]:
    names = {path.name for folder in (one, other) for path in folder.iterdir() if path.is_file()}
    _, unequal, missing = filecmp.cmpfiles(one, other, sorted(names), shallow=False)
    return [*unequal, *missing]


if __name__ == "__main__":
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    raise SystemExit(main())
