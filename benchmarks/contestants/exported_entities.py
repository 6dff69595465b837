"""The SavedModel that bert_tf exports, from raw text to entities: texts sorted by bytes, in batches."""

import pathlib
import tempfile
from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks.contestants.inputs import read_rows
from benchmarks.contestants.own_model import own_export
from benchmarks.worker import Work, serve
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.loading import load_tokenizer


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), rows (a file), labels (tags), task (tag), crf, max_tokens, batch.

    A step tells how many `entities` there are.
    """
    texts = np.array([text.encode() for text in read_rows(options["rows"])[0]], object)
    order = np.argsort([len(text) for text in texts], kind="stable")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tokenizer = load_tokenizer(pathlib.Path(options["encoder"]), cache_folder=folder / "cache")
        if isinstance(tokenizer, HuggingFaceTokenizer):
            raise ValueError("The encoder's tokenizer has no form in the graph.")
        answer = own_export(options, folder / "model", tokenizer).signatures["serving_default"]

    def one_pass() -> dict[str, int]:
        parts = [order[start : start + options["batch"]] for start in range(0, len(order), options["batch"])]
        return {"entities": sum(int(answer(text=tf.constant(texts[part]))["count"].numpy().sum()) for part in parts)}

    return lambda count: [one_pass() for _ in range(count)][-1]


if __name__ == "__main__":
    serve(prepare)
