"""Peak memory of training on a file, and on the same file written ten times over.

    python -m benchmarks.memory data/sst2/train.tsv

The file is tab-separated without a header: text, label. Each run is one epoch of `recipes/sst2.toml` in a process of
its own, export and verification left to others. Exits with 1 when ten times the rows need a tenth more memory.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

TRAIN = """
import sys, json, bert_tf
bert_tf.train("sst2", json.loads(sys.argv[1]), runs_folder=sys.argv[2], export=False)
"""
TIMES = 10
ALLOWED = 1.1


def peak_mebibytes(rows: pathlib.Path, runs: pathlib.Path) -> int:
    overrides = {"data.train": str(rows), "data.validation": None, "data.test": None, "training.epochs": 1}
    subprocess.run([sys.executable, "-c", TRAIN, json.dumps(overrides), str(runs)], check=True)
    facts = json.loads(next(runs.glob("sst2/*/run.json")).read_text())
    return facts["peak_memory_mib"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=pathlib.Path)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        many = folder / "many.tsv"
        many.write_bytes((rows.read_bytes().rstrip(b"\n") + b"\n") * TIMES)
        peaks = [peak_mebibytes(path, folder / name) for path, name in ((rows, "once"), (many, "many"))]
    ratio = peaks[1] / peaks[0]
    print(f"peak memory: {peaks[0]} MiB once, {peaks[1]} MiB {TIMES} times over: {ratio:.3f} times")
    sys.exit(ratio > ALLOWED)


if __name__ == "__main__":
    main()
