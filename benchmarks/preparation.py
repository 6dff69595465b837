"""Preparation of a large file: seconds, tokens per second and memory, on one core and on all, and after kills.

    python -m benchmarks.preparation [--mebibytes 200] [--kills 3] [--encoder FOLDER]

Texts are 8 to 60 words of the BBC's news in a CSV file, with one of five labels. Each preparation is a process of its
own with an empty cache. Memory is what the process took at most, beside what it had after its imports. Exits with 1
when token ids on one core, on all, or after kills are not the same bytes.
"""

import argparse
import csv
import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

from bert_tf.data.bbc_news import read_bbc_news
from bert_tf.data.rows import Row

PREPARE = """
import json, os, pathlib, resource, sys, time
os.sched_setaffinity(0, range(int(sys.argv[4])))
from bert_tf.quiet import quiet_start
with quiet_start():
    from bert_tf.tasks.recipes import make_recipe
    from bert_tf.text.loading import load_tokenizer
    from bert_tf.batches.cache import open_token_cache
    from bert_tf.workflow.data import load_data
memory = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
cache, before = pathlib.Path(sys.argv[3]), memory()
data = {"source": "files", "train": sys.argv[1], "text": "text", "label": "label", "validation": 0.1}
started = time.monotonic()
splits = load_data(make_recipe({"name": "large", "task": "classify", "data": data}), cache_folder=cache)
read, rows_memory = time.monotonic() - started, memory() - before
tokenizer = load_tokenizer(pathlib.Path(sys.argv[2]), cache_folder=cache)
started, tokens = time.monotonic(), 0
for split in (splits.train, splits.validation):
    tokens += int(open_token_cache(split, tokenizer, max_tokens=64, cache_folder=cache).lengths.sum())
found = {"rows": len(splits.train) + len(splits.validation), "read": read, "tokenized": time.monotonic() - started}
print(json.dumps({**found, "tokens": tokens, "rows_memory": rows_memory, "memory": memory() - before}))
"""


def main() -> int:
    """Prepare, kill, compare; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mebibytes", type=int, default=200)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--encoder", type=pathlib.Path, required=True)
    options = parser.parse_args()
    dice, sums = random.Random(1), []
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        write_rows(folder / "rows.csv", options.mebibytes << 20)
        for cores in sorted({1, len(os.sched_getaffinity(0))}):
            cache = folder / f"cache-{cores}"
            found = json.loads(_started(options.encoder, cache, cores).communicate()[0])
            print(
                f"{cores} cores: {found['rows']:,} rows read in {found['read']:.0f} s, {found['tokens']:,} tokens in "
                f"{found['tokenized']:.0f} s, {found['tokens'] / found['tokenized']:,.0f} tokens/s; "
                f"{found['rows_memory']:,} MiB more after reading, {found['memory']:,} MiB at most"
            )
            sums.append(_ids(cache))
        for _ in range(options.kills):
            process = _started(options.encoder, folder / "killed", cores)
            time.sleep(found["read"] + dice.random() * found["tokenized"] + 5)
            process.kill()
            process.communicate()
            print(f"killed with {len(list((folder / 'killed').glob('tokens/*.parts/*.arrow')))} parts made")
        json.loads(_started(options.encoder, folder / "killed", cores).communicate()[0])
        sums.append(_ids(folder / "killed"))
    print(f"equal bytes: {all(each == sums[0] for each in sums)}")
    return int(any(each != sums[0] for each in sums))


def write_rows(path: pathlib.Path, size: int) -> None:
    """A CSV file of so many bytes."""
    dice = random.Random(1)
    words = [str(item.values["text"]).split() for item in read_bbc_news() if isinstance(item, Row)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        number = 0
        while file.tell() < size:
            for _ in range(1000):
                chosen, count = dice.choice(words), dice.randint(8, 60)
                start, number = dice.randrange(max(len(chosen) - count, 1)), number + 1
                writer.writerow([f"{number} {' '.join(chosen[start : start + count])}", f"label{dice.randrange(5)}"])


def _started(encoder: pathlib.Path, cache: pathlib.Path, cores: int) -> "subprocess.Popen[bytes]":
    rows = cache.parent / "rows.csv"
    command = [sys.executable, "-c", PREPARE, *map(str, (rows, encoder, cache, cores))]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def _ids(cache: pathlib.Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(cache.glob("tokens/*.arrow"))}


if __name__ == "__main__":
    raise SystemExit(main())
