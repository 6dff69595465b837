"""The rows of a recipe as files, for contestants that have neither TFDS nor bert_tf."""

import json
import pathlib
from collections.abc import Mapping
from typing import Any

from bert_tf.api import cache_folder
from bert_tf.tasks.recipes import load_recipe
from bert_tf.workflow.data import load_data, named_examples


def write_rows(recipe: str, overrides: Mapping[str, Any], folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """Write the checked rows of a recipe in their order, and return the files by split.

    Each line is an object of JSON: `text`, `pair` where rows are pairs, and `label` as it is stored: a number, or a yes
    or no for each label.
    """
    splits = load_data(load_recipe(recipe, overrides), cache_folder=cache_folder())
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, examples in named_examples(splits).items():
        written[name] = folder / f"{recipe}-{name}.jsonl"
        with written[name].open("w", encoding="utf-8") as file:
            pairs = examples.pairs(0, len(examples))
            for row, text in enumerate(examples.texts(0, len(examples))):
                pair = {} if pairs is None else {"pair": pairs[row].decode()}
                file.write(json.dumps({"text": text.decode(), **pair, "label": examples.targets[row].tolist()}) + "\n")
    return written


def count_rows(path: pathlib.Path) -> int:
    """How many rows a file has."""
    with path.open("rb") as file:
        return sum(1 for _ in file)


def keep_rows(path: pathlib.Path, count: int) -> pathlib.Path:
    """A file of so many rows from all over another one."""
    lines = path.read_bytes().splitlines(keepends=True)
    count = min(count, len(lines))
    kept = path.with_name(f"{path.stem}-{count}.jsonl")
    kept.write_bytes(b"".join(lines[index * len(lines) // count] for index in range(count)))
    return kept
