"""Answers of an exported model in a process that has TensorFlow and nothing of bert_tf.

A script of its own, run by `bert_tf.export.verify` as `python -I replay.py MODEL GOLDEN OUT`: it loads the model as
users do (`tf.saved_model.load`) and as TensorFlow Serving does (the session loader), sends the golden requests to both,
in batches and then one by one, and writes what came back: for each loader the answers of all rows, twice over. Further
arguments, two each, name a signature whose inputs are lists and its golden requests, which are answered in a batch and
one by one. The names of the tensors that the signature stands for are written down beside them, for `native_loader.py`.
"""

import json
import sys
import time
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401 - its import registers the ops that the graph names

BATCH = 32


def tensors_of(requests: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    """Rows to named arrays: strings as they are, ids padded with 0, which the attention mask leaves out, and lists of
    strings or fractions that are all of one length."""
    named = {}
    for name, first in requests[0].items():
        values = [request[name] for request in requests]
        if isinstance(first, str):
            named[name] = np.array([value.encode() for value in values], dtype=object)
        elif first and isinstance(first[0], str):
            named[name] = np.array([[text.encode() for text in value] for value in values], dtype=object)
        elif first and isinstance(first[0], float):
            named[name] = np.array(values, np.float32)
        else:
            width = max(len(value) for value in values)
            named[name] = np.array([value + [0] * (width - len(value)) for value in values], np.int32)
    return named


def plain_values(array: np.ndarray) -> list:
    """Rows of an array as JSON has them."""
    if array.dtype == object:
        array = np.vectorize(bytes.decode, otypes=[object])(array)
    return array.tolist()


def plain(outputs: dict[str, np.ndarray]) -> dict[str, list]:
    """Arrays to JSON."""
    return {name: plain_values(array) for name, array in outputs.items()}


def users_answers(model: str, batches: list[dict[str, np.ndarray]]) -> list[dict[str, list]]:
    """Through `tf.saved_model.load`."""
    serve = tf.saved_model.load(model).signatures["serving_default"]
    return [plain({k: v.numpy() for k, v in serve(**batch_of(batch)).items()}) for batch in batches]


def answers_of(model: str, signature: str, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Answers of a signature, of the batch of all requests and then of each by itself."""
    serve = tf.saved_model.load(model).signatures[signature]
    batches = [tensors_of(requests), *(tensors_of([request]) for request in requests)]
    return rows_of([plain({k: v.numpy() for k, v in serve(**batch_of(batch)).items()}) for batch in batches])


def batch_of(arrays: dict[str, np.ndarray]) -> dict[str, tf.Tensor]:
    """Named arrays as tensors."""
    return {name: tf.constant(array) for name, array in arrays.items()}


def session_answers(
    model: str, batches: list[dict[str, np.ndarray]]
) -> tuple[list[dict[str, list]], dict[str, dict[str, str]]]:
    """Through the session loader, which TensorFlow Serving uses: answers, and the signature's tensors by name."""
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        meta = tf.compat.v1.saved_model.load(session, ["serve"], model)
        signature = meta.signature_def["serving_default"]
        fetched = {name: info.name for name, info in signature.outputs.items()}
        fed = {name: info.name for name, info in signature.inputs.items()}
        answers = [
            plain(session.run(fetched, {fed[name]: array for name, array in batch.items()})) for batch in batches
        ]
    return answers, {"inputs": fed, "outputs": fetched}


def rows_of(batches: list[dict[str, list]]) -> list[dict[str, Any]]:
    """Answers of batches to answers of rows."""
    return [
        {name: values[row] for name, values in outputs.items()}
        for outputs in batches
        for row in range(len(next(iter(outputs.values()))))
    ]


def requests_of(path: str) -> list[dict[str, Any]]:
    """The requests of a file of golden lines."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line)["request"] for line in file.read().split("\n") if line]


def main(model: str, golden: str, out: str, *of_lists: str) -> None:
    """Write the answers of both loaders to a file."""
    requests = requests_of(golden)
    batches = [tensors_of(requests[start : start + BATCH]) for start in range(0, len(requests), BATCH)]
    batches += [tensors_of([request]) for request in requests]
    start = time.perf_counter()
    by_session, tensors = session_answers(model, batches)
    answers = {"saved_model_load": rows_of(users_answers(model, batches)), "session": rows_of(by_session)}
    forbidden = [name for name in ("bert_tf", "transformers", "tokenizers") if name in sys.modules]
    with open(out, "w", encoding="utf-8") as file:
        json.dump(
            {
                "answers": answers,
                "of_lists": {
                    signature: answers_of(model, signature, requests_of(path))
                    for signature, path in zip(of_lists[::2], of_lists[1::2], strict=True)
                },
                "tensors": tensors,
                "imported": forbidden,
                "tensorflow": tf.__version__,
                "seconds": round(time.perf_counter() - start, 2),
            },
            file,
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
