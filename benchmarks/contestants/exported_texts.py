"""The SavedModel that bert_tf exports, sent raw text as a client sends it: sorted by bytes, in batches."""

from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks.contestants.inputs import read_rows
from benchmarks.contestants.own_model import exported_signature
from benchmarks.worker import Work, serve


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), rows (a file), labels, max_tokens, batch, precision (float32)."""
    texts = np.array([text.encode() for text in read_rows(options["rows"])[0]], object)
    order = np.argsort([len(text) for text in texts], kind="stable")
    answer = exported_signature(options)

    def one_pass() -> list[list[float]]:
        told = np.empty((len(texts), options["labels"]))
        for start in range(0, len(texts), options["batch"]):
            rows = order[start : start + options["batch"]]
            told[rows] = answer(text=tf.constant(texts[rows]))["probabilities"].numpy()
        return told.round(4).tolist()

    return lambda count: [one_pass() for _ in range(count)][-1]


if __name__ == "__main__":
    serve(prepare)
