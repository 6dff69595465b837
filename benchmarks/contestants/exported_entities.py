"""The SavedModel that bert_tf exports, from raw text to entities: texts sorted by bytes, in batches."""

from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks.contestants.inputs import read_rows
from benchmarks.contestants.own_model import exported_signature
from benchmarks.worker import Work, serve


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), rows (a file), labels (tags), task (tag), crf, max_tokens, batch.

    A step tells how many `entities` there are.
    """
    texts = np.array([text.encode() for text in read_rows(options["rows"])[0]], object)
    order = np.argsort([len(text) for text in texts], kind="stable")
    answer = exported_signature(options)

    def one_pass() -> dict[str, int]:
        parts = [order[start : start + options["batch"]] for start in range(0, len(order), options["batch"])]
        return {"entities": sum(int(answer(text=tf.constant(texts[part]))["count"].numpy().sum()) for part in parts)}

    return lambda count: [one_pass() for _ in range(count)][-1]


if __name__ == "__main__":
    serve(prepare)
