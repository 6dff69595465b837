"""Batches of equally many tokens beside batches of equally many rows: accuracy and time, over seeds.

    python -m benchmarks.batch_tokens --data train.csv --test test.csv --label category --max-tokens 64
    python -m benchmarks.batch_tokens --data tweets.csv --label airline_sentiment --seeds 5 --batch-tokens 2048

trains a classifier on the same rows both ways, once for each seed (`training.seed`), and prints the accuracy on the
test rows, the steps of an epoch and the seconds of training. Without `--test`, a tenth of the rows is drawn for it, the
same for all seeds. Without `--batch-tokens`, a batch has as many tokens, padding included, as one of `--batch-size`
rows has on the mean: that many rows are in a batch on the mean then, and steps and learning rate are the same.

Intervals are of the mean over seeds, 95% by Student's t; that of the difference is of pairs of runs with one seed. They
tell how sure the mean over seeds is, on these test rows, and not how others would do.
"""

import argparse
import pathlib
import tempfile

from rich.console import Console

from benchmarks.seeds import add_arguments, drawn, make, table_of, trained_ways
from bert_tf.environment import keep_compiled_kernels
from bert_tf.recipe.schema import Recipe


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("--batch-tokens", type=int)
    given = parser.parse_args()
    keep_compiled_kernels()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        given.data = given.data if given.rows is None else drawn(given.data, given.rows, folder / "rows.csv")
        rows = {"batch_size": given.batch_size}
        tokens = given.batch_tokens or mean_tokens(make(given, training=rows), folder)
        ways = {
            f"{given.batch_size} rows": {"training": rows},
            f"{tokens} tokens": {"training": {"batch_tokens": tokens}},
        }
        Console().print(table_of(trained_ways(given, ways, folder), "a batch"))


def mean_tokens(recipe: Recipe, folder: pathlib.Path) -> int:
    """Tokens of a batch on the mean, padding included; at least those of the longest text."""
    import numpy as np

    from bert_tf.batches.batch_plan import training_plan
    from bert_tf.models.encoder_sources import locate_encoder
    from bert_tf.workflow.prepare import prepare

    encoder, longest = locate_encoder(recipe.model.encoder), recipe.text.max_tokens
    lengths = prepare(recipe, encoder_folder=encoder.folder, cache_folder=folder / "cache").tokens["train"].lengths
    plan = training_plan(lengths, batch_size=recipe.training.batch_size, max_tokens=longest, seed=1, epoch=0)
    return max(longest, round(np.diff(plan.starts) @ plan.padded_lengths / len(plan)))


if __name__ == "__main__":
    main()
