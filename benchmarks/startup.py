"""From the command to the end of the first training step: with an empty cache, and with what the first start left.

    python -m benchmarks.startup bbc-news
    python -m benchmarks.startup imdb --set data.validation=

starts `bert-tf train` itself, in an empty folder with a cache of its own, and ends it once the run has written down
`seconds_to_first_step`. CPU seconds and the peak of its memory are those of the process up to then; on a machine with
other work they are what can be compared. Linux only.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

COMMAND = pathlib.Path(sys.executable).with_name("bert-tf")
SECOND_STARTS = 3


def start(recipe: str, assignments: list[str], *, cache: pathlib.Path, runs: pathlib.Path) -> tuple[float, float, int]:
    """Wall and CPU seconds to the first step, and the peak of memory, MiB."""
    overrides = [part for assignment in assignments for part in ("--set", assignment)]
    with subprocess.Popen(
        [COMMAND, "train", recipe, *overrides, "--runs", runs],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "BERT_TF_CACHE": str(cache)},
    ) as process:
        try:
            while process.poll() is None:
                for facts in runs.glob("*/*/run.json"):
                    wall = json.loads(facts.read_text()).get("seconds_to_first_step")
                    if wall is not None:
                        return wall, cpu_seconds(process.pid), peak_mebibytes(process.pid)
                time.sleep(0.02)
        finally:
            process.kill()
    sys.exit(f"bert-tf ended with status {process.returncode} before its first step")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process that runs: fields 14 and 15 of proc(5)."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mebibytes(pid: int) -> int:
    """Most memory that a process that runs has had at once."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in status if line.startswith("VmHWM"))) // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe")
    parser.add_argument("--set", dest="assignments", action="append", default=[], metavar="KEY=VALUE")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        starts = [
            start(arguments.recipe, arguments.assignments, cache=folder / "cache", runs=folder / str(number))
            for number in range(1 + SECOND_STARTS)
        ]
        kernels = list(folder.glob("cache/kernels/*/*.pb"))
        mebibytes = sum(path.stat().st_size for path in kernels) / 2**20
    wall, cpu, peak = (statistics.median(column) for column in zip(*starts[1:], strict=True))
    left = f"leaves {len(kernels)} kernels, {mebibytes:.1f} MiB"
    print(f"first start    {starts[0][0]:6.2f} s, {starts[0][1]:6.2f} CPU s, {starts[0][2]} MiB; {left}")
    print(f"second start   {wall:6.2f} s, {cpu:6.2f} CPU s, {peak:.0f} MiB (median of {SECOND_STARTS})")


if __name__ == "__main__":
    main()
