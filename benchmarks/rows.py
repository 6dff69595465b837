"""The rows of a recipe as parquet files, for peers that have neither TFDS nor bert_tf.

    python -m benchmarks.rows imdb rows/ --set data.validation=

writes `train.parquet`, and `validation.parquet` and `test.parquet` where the recipe has them, with the columns `text`
and `label` (an integer), in the recipe's order.
"""

import argparse
import pathlib

import pyarrow as pa
import pyarrow.parquet as parquet

from bert_tf.api import cache_folder
from bert_tf.recipe.load import load_recipe, parse_overrides
from bert_tf.workflow.prepare import load_data, named_examples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--set", dest="assignments", action="append", default=[], metavar="KEY=VALUE")
    arguments = parser.parse_args()
    recipe = load_recipe(arguments.recipe, parse_overrides(arguments.assignments))
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for name, examples in named_examples(load_data(recipe, cache_folder=cache_folder())).items():
        texts = [text.decode() for text in examples.texts(0, len(examples))]
        path = arguments.folder / f"{name}.parquet"
        parquet.write_table(pa.table({"text": texts, "label": examples.labels}), path)
        print(f"{path}: {len(texts)} rows")


if __name__ == "__main__":
    main()
