"""recipe → data: the checked examples of a recipe. Without TensorFlow, unless they come from TFDS."""

import dataclasses
import pathlib

from bert_tf.data.examples import Examples
from bert_tf.data.file_format import FileFormat
from bert_tf.data.load_data import Splits, load_splits
from bert_tf.recipe.data_keys import Data
from bert_tf.recipe.schema import Recipe
from bert_tf.tasks.table import task_of


def load_data(recipe: Recipe, *, cache_folder: pathlib.Path, with_test: bool = True) -> Splits:
    """The checked examples of a recipe.

    Args:
        recipe: Resolved.
        cache_folder: As of `load_splits`.
        with_test: False leaves the test rows out. The others are the same: a share of them is drawn all the same.

    Raises:
        DataError: bad rows, missing files.
    """
    data, file_format = recipe.data, file_format_of(recipe.data)
    target = task_of(recipe).target(recipe)
    splits = load_splits(
        source=data.source,
        train=data.train,
        validation=data.validation,
        test=data.test if with_test or isinstance(data.test, float) else None,
        text=data.text,
        text_pair=data.text_pair,
        target=target,
        weight=data.weight,
        duplicates=data.duplicates,
        file_format=file_format,
        data_dir=data.data_dir,
        on_bad_row=data.on_bad_row,
        seed=data.seed,
        per_label=recipe.shots.per_label,
        cache_folder=cache_folder,
    )
    return splits if with_test else dataclasses.replace(splits, test=None)


def named_examples(splits: Splits) -> dict[str, Examples]:
    """The splits there are, by name, train first."""
    named = {"train": splits.train, "validation": splits.validation, "test": splits.test}
    return {name: examples for name, examples in named.items() if examples is not None}


def file_format_of(data: Data) -> FileFormat:
    """What a recipe says of how its files are to be read."""
    return FileFormat(
        format=data.format,
        delimiter=data.delimiter,
        quote=data.quote,
        encoding=data.encoding,
        columns=data.columns,
        skip_lines=data.skip_lines,
        max_row_bytes=data.max_row_bytes,
        max_expansion=data.max_expansion,
    )
