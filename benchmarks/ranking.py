"""Which movie a user will like next: the towers over texts beside what reads no texts, on all of MovieLens small.

    python -m benchmarks.ranking my/movielens
    python -m benchmarks.ranking my/movielens --encoder bow:minilm-l6 --set training.batch_size=256

trains the recipe `movie-ranking` on the folder's ratings.csv and movies.csv and prints for the test rows, all and those
of items without training events, nDCG@10, hit rate@10, AUC and coverage of the model, of popularity, of item-to-item
co-occurrence and of the same towers with ids, and how far the model's nDCG@10 is ahead, with 95% intervals by user.
"""

import argparse
import os
import pathlib
import tempfile
import time

from rich.console import Console

import bert_tf
from bert_tf.recipe.load_recipe import parse_overrides
from bert_tf.tasks.rank.ranking_table import ranking_table, verdicts

_RECIPE, _FOLDER = "movie-ranking", "MOVIELENS"


def main() -> None:
    """Prints the table and what follows from it."""
    options, console = _options(), Console()
    os.environ[_FOLDER] = str(options.folder.resolve())
    chosen = [f"model.encoder={options.encoder}"] if options.encoder else []
    overrides = parse_overrides([*chosen, *options.set])
    with tempfile.TemporaryDirectory() as scratch:
        started = time.perf_counter()
        run = bert_tf.train(_RECIPE, overrides, runs_folder=scratch, export=False)
        console.print(f"{time.perf_counter() - started:.0f} s with training and measuring", highlight=False)
        metrics = run.metrics["test"]
    console.print(ranking_table(metrics))
    for _, said in verdicts(metrics):
        console.print(said, highlight=False, soft_wrap=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=pathlib.Path, help="with ratings.csv and movies.csv")
    parser.add_argument("--encoder", help="of the recipe by default")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="of the recipe")
    return parser.parse_args()


if __name__ == "__main__":
    main()
