"""Hand bert_tf files of 10 MB that are as bad as files of that size can be, and measure what a process takes for them.

    python -m benchmarks.attack.large
    python -m benchmarks.attack.large --only "60,000 columns" --megabytes 1

Each file is read as `bert-tf new` and as `bert-tf data` read it, in processes of their own: rows that are used or told,
or an error of bert_tf's own, within 10 seconds of processor time, all threads together, and 1 GiB over what the
interpreter has taken when it begins. Exits with 1 where one takes more, or another error is raised. Linux only.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import NamedTuple

from benchmarks.attack.shapes import SHAPES

MOST_SECONDS, MOST_BYTES = 10.0, 1 << 30
_READ = """
import json, pathlib, re, sys, time
import charset_normalizer
from bert_tf.data.load_data import load_splits
from bert_tf.errors import BertTfError
from bert_tf.drafting.inspect_files import inspect_files
from bert_tf.tasks.classify.target import ClassifyTarget
from bert_tf.tasks.tag.entity_rows import EntityRows
from bert_tf.tasks.tag.target import TagTarget
# The process's own: getrusage has the most that its parent took before it.
memory = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) * 1024
path, cache, command = sys.argv[1:]
is_tagged, names = path.endswith(".conll"), {"text": "text", "label": "label"}
if is_tagged:
    names = {"text": "token", "label": "tag"}
before, started, told = memory(), time.process_time(), ""
try:
    if command == "new":
        inspect_files({"train": path}, named=names, encoder="nowhere")
    else:
        rows = EntityRows("token", "tag", tags=None, word_prefix="")
        target = TagTarget(rows, "tag") if is_tagged else ClassifyTarget("label")
        settings = {"target": target, "text": names["text"], "cache_folder": pathlib.Path(cache)}
        load_splits(source="files", train=path, validation=0.1, on_bad_row="skip", **settings)
except BertTfError as error:
    told = error.what
print(json.dumps([time.process_time() - started, memory() - before, told]))
"""


class Taken(NamedTuple):
    """What a process took: seconds of processors, bytes over what it had, and an error of bert_tf's own if any."""

    seconds: float
    memory: int
    told: str


def measured(path: pathlib.Path, command: str, scratch: pathlib.Path) -> Taken:
    """Read a file in a process of its own.

    Args:
        path: The file.
        command: `new` or `data`.
        scratch: Gets what is read.

    Raises:
        subprocess.CalledProcessError: it ended with another error.
    """
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(path), str(scratch), command], capture_output=True, text=True, check=True
    )
    return Taken(*json.loads(done.stdout))


def attack(folder: pathlib.Path, *, size: int, only: str = "") -> Iterator[tuple[str, str, Taken]]:
    """Name, command and what was taken, of each case whose name holds `only`."""
    for name, (file_name, write) in SHAPES.items():
        if only not in name:
            continue
        path = folder / file_name
        write(path, size)
        for command in ("new", "data"):
            yield name, command, measured(path, command, folder / "cache")
        path.unlink()


def main() -> int:
    """Print a line for each case; 1 where one takes too much."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=10.0)
    parser.add_argument("--only", default="", metavar="NAME")
    options = parser.parse_args()
    violations = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, command, taken in attack(
            pathlib.Path(folder), size=int(options.megabytes * 1_000_000), only=options.only
        ):
            is_too_much = taken.seconds > MOST_SECONDS or taken.memory > MOST_BYTES
            violations += is_too_much
            print(
                f"{name:32} {command:5} {taken.seconds:6.1f} s {taken.memory >> 20:6,} MiB  "
                f"{'VIOLATION ' if is_too_much else ''}{taken.told[:100]}",
                flush=True,
            )
    return int(violations > 0)


if __name__ == "__main__":
    raise SystemExit(main())
