"""What all contestants are given alike: a batch of ids, the weights of the head, texts."""

import json
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

_SPREAD = 3.0  # of the head's weights: the pooler gives small values, and probabilities shall differ from text to text


def random_ids(options: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """A batch without padding, int32 [batch, length] by name; options: batch, length, words as of `ids_in_use`."""
    shape = (options["batch"], options["length"])
    ids = np.random.default_rng(0).choice(ids_in_use(options), shape)
    return {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}


def ids_in_use(options: Mapping[str, Any]) -> np.ndarray:
    """The ids of the words that any training text has, int32 [W], ascending; options: words, W (19,000)."""
    return np.arange(1000, 1000 + options.get("words", 19_000), dtype=np.int32)


def random_labels(options: Mapping[str, Any]) -> np.ndarray:
    """Labels of the batch, int32 [batch], 0 or 1; with the task `embed` numbers of texts that all differ, int32 [batch,
    2]; with the task `tag` those of tokens, int32 [batch, length], below
    `labels`, and -1 at both ends of a row."""
    generator = np.random.default_rng(1)
    if options.get("task") == "embed":
        return np.arange(2 * options["batch"], dtype=np.int32).reshape(-1, 2)
    if options.get("task") != "tag":
        return generator.integers(0, 2, options["batch"], dtype=np.int32)
    tags = generator.integers(0, options["labels"], (options["batch"], options["length"]), dtype=np.int32)
    tags[:, [0, -1]] = -1
    return tags


def head_weights(options: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Kernel, float32 [H, labels], and bias of a head that nobody trained; options: encoder, labels (2)."""
    config = json.loads((pathlib.Path(options["encoder"]) / "config.json").read_text())
    shape = (config.get("hidden_size") or config["dim"], options.get("labels", 2))
    kernel = np.random.default_rng(2).normal(0, _SPREAD, shape).astype(np.float32)
    return kernel, np.zeros(shape[1], np.float32)


def read_rows(path: str) -> tuple[list[str], list[Any]]:
    """Texts and labels that `benchmarks.rows` wrote: ids, or of sets of labels a yes or no for each."""
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [row["text"] for row in rows], [row["label"] for row in rows]


def read_pairs(path: str) -> list[str] | None:
    """The second texts of the same rows; None where they are single texts."""
    with open(path, encoding="utf-8") as file:
        pairs = [json.loads(line).get("pair") for line in file]
    return None if None in pairs else pairs


def probabilities(logits: np.ndarray) -> list[list[float]]:
    """What is told of logits, [N, C], so that contestants can be compared; four digits."""
    logits = np.asarray(logits, np.float64)
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return (powers / powers.sum(-1, keepdims=True)).round(4).tolist()
