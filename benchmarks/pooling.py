"""A head on the pooler, on the first token or on the mean of all tokens: accuracy and time, over seeds.

    python -m benchmarks.pooling --data train.csv --test test.csv --label category --epochs 5 --learning-rate 5e-5
    python -m benchmarks.pooling --data tweets.csv --label airline_sentiment --rows 5000 --seeds 3 --pooling first mean

trains a classifier on the same rows with each `model.pooling`, once for each seed (`training.seed`), and prints the
accuracy on the test rows, the steps of an epoch and the seconds of training. Without `--test`, a tenth of the rows is
drawn for it, the same for all seeds. Differences are from the first pooling.

Intervals are of the mean over seeds, 95% by Student's t; those of differences are of pairs of runs with one seed.
"""

import argparse
import pathlib
import tempfile

from rich.console import Console

from benchmarks.seeds import add_arguments, drawn, table_of, trained_ways
from bert_tf.environment import keep_compiled_kernels

_POOLINGS = ("pooler", "first", "mean")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("--pooling", nargs="+", default=_POOLINGS)
    given = parser.parse_args()
    keep_compiled_kernels()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        given.data = given.data if given.rows is None else drawn(given.data, given.rows, folder / "rows.csv")
        batch = {"batch_size": given.batch_size}
        ways = {pooling: {"model": {"pooling": pooling}, "training": batch} for pooling in given.pooling}
        Console().print(table_of(trained_ways(given, ways, folder), "pooling"))


if __name__ == "__main__":
    main()
