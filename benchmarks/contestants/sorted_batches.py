"""Raw text through Hugging Face's fast tokenizer, as its users do it for speed: sorted by length, padded per batch."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from transformers import AutoTokenizer

from benchmarks.contestants.inputs import probabilities, read_rows
from benchmarks.worker import Work


def passes(options: Mapping[str, Any], logits: Callable[[dict[str, np.ndarray]], np.ndarray]) -> Work:
    """Passes over all texts, from text to probabilities in the texts' own order.

    Args:
        options: encoder (a folder), rows (a file), labels, max_tokens, batch.
        logits: float32 [B, labels] of inputs, int64 [B, L] by name.
    """
    texts, _ = read_rows(options["rows"])
    tokenizer = AutoTokenizer.from_pretrained(options["encoder"], use_fast=True, trust_remote_code=False)

    def one_pass() -> list[list[float]]:
        rows = tokenizer(texts, truncation=True, max_length=options["max_tokens"])
        order = np.argsort([len(ids) for ids in rows["input_ids"]], kind="stable")
        found = np.empty((len(texts), options["labels"]), np.float32)
        for start in range(0, len(order), options["batch"]):
            chosen = order[start : start + options["batch"]]
            batch = {name: [values[row] for row in chosen] for name, values in rows.items()}
            found[chosen] = logits(dict(tokenizer.pad(batch, return_tensors="np")))
        return probabilities(found)

    return lambda count: [one_pass() for _ in range(count)][-1]
