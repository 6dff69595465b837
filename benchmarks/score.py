"""`bert-tf score` beside the run's own evaluation batches, and its memory.

    python -m benchmarks.score runs/bbc-news/20260101-120000 [--rows 100000] [--rounds 3]

Texts are short: 4 to 24 words of the run's test texts. Contestants take turns, in processes of their own. The peer has
all texts in memory and their token ids made beforehand, and only computes: batches of 4,096 tokens by length, two
under way. `score` reads a CSV file, tokenizes, computes and writes a CSV file. Exits with 1 when score has less than
0.95 of the peer's rate, or when ten times the rows take a tenth more memory.
"""

import argparse
import csv
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

from bert_tf.evaluation.predictions import read_predictions
from bert_tf.tasks.classify.columns import ClassifyColumns

SHARE, MEMORY = 0.95, 1.1
PEER = """
import csv, json, pathlib, sys, time
from bert_tf.quiet import quiet_start
with quiet_start():
    from bert_tf.environment import cache_folder
    from bert_tf.evaluation.compute_outputs import under_way
    from bert_tf.workflow.scoring.scorers import load_scorer
    from bert_tf.workflow.source import find_source
scorer = load_scorer(find_source(pathlib.Path(sys.argv[1])), cache_folder=cache_folder())
with open(sys.argv[2], newline="") as file:
    texts = [row["text"].encode() for row in csv.DictReader(file)]
prepared = scorer.prepare(texts, None)
with scorer.surroundings():
    scorer.compute(next(scorer.inputs(prepared, texts, None)))
    started = time.monotonic()
    for output in under_way(scorer.compute, scorer.inputs(prepared, texts, None)):
        pass
    seconds = time.monotonic() - started
print(json.dumps({"rate": len(texts) / seconds}))
"""
SCORE = """
import json, resource, sys
from bert_tf.quiet import quiet_start
with quiet_start():
    import bert_tf
    score = bert_tf.score
done = score(sys.argv[1], sys.argv[2], sys.argv[3])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"rate": done.rows / done.seconds, "peak_mebibytes": peak}))
"""


def write_texts(run: pathlib.Path, path: pathlib.Path, rows: int) -> None:
    """A CSV file of short texts, cut from the run's own at random places."""
    answers, dice = read_predictions(run / "predictions" / "test.parquet", ClassifyColumns()), random.Random(1)
    words = [answers.text(index).split() for index in range(len(answers))]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text"])
        for number in range(rows):
            chosen = dice.choice(words)
            start = dice.randrange(max(len(chosen) - 4, 1))
            writer.writerow([number, " ".join(chosen[start : start + dice.randint(4, 24)])])


def measured(code: str, *arguments: object) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        many, few, out = (pathlib.Path(scratch) / name for name in ("many.csv", "few.csv", "out.csv"))
        write_texts(arguments.run, many, arguments.rows)
        write_texts(arguments.run, few, arguments.rows // 10)
        ratios, peaks = [], []
        for number in range(1, arguments.rounds + 1):
            peer, ours = measured(PEER, arguments.run, many), measured(SCORE, arguments.run, many, out)
            ratios.append(ours["rate"] / peer["rate"])
            peaks.append(ours["peak_mebibytes"])
            print(
                f"round {number}: score {ours['rate']:,.0f} rows/s, own batches {peer['rate']:,.0f}: {ratios[-1]:.3f}"
            )
        small = measured(SCORE, arguments.run, few, out)["peak_mebibytes"]
    ratio, growth = statistics.median(ratios), statistics.median(peaks) / small
    print(f"score has {ratio:.3f} of the rate of the run's own batches (median of {arguments.rounds})")
    print(f"peak memory: {small:,.0f} MiB with a tenth of the rows, {statistics.median(peaks):,.0f} MiB with all")
    sys.exit(ratio < SHARE or growth > MEMORY)


if __name__ == "__main__":
    main()
