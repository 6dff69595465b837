"""bert_tf from raw text to probabilities: tokenizer in the graph, batches grouped by length, the predictor."""

import pathlib
import tempfile
from collections.abc import Sequence
from typing import Any

from benchmarks.contestants.inputs import probabilities, read_rows
from benchmarks.contestants.own_model import own_graph
from benchmarks.worker import Work, serve
from bert_tf.batches.cache import open_token_cache
from bert_tf.batches.dataset import evaluation_batches
from bert_tf.evaluation.compute_outputs import Predictor
from bert_tf.text.loading import load_tokenizer


class Texts:
    """What `open_token_cache` wants to know of texts that have no cache."""

    fingerprint = "benchmark"

    def __init__(self, texts: Sequence[bytes]) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    def texts(self, start: int, stop: int) -> list[bytes]:
        return list(self._texts[start:stop])

    def pairs(self, start: int, stop: int) -> None:
        return None


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), rows (a file), labels, max_tokens, batch, kernels, precision."""
    texts = Texts([text.encode() for text in read_rows(options["rows"])[0]])
    predict = Predictor(own_graph(options).outputs)
    with tempfile.TemporaryDirectory() as folder:
        tokenizer = load_tokenizer(pathlib.Path(options["encoder"]), cache_folder=pathlib.Path(folder))

    def one_pass() -> list[list[float]]:
        with tempfile.TemporaryDirectory() as folder:
            tokens = open_token_cache(
                texts, tokenizer, max_tokens=options["max_tokens"], cache_folder=pathlib.Path(folder)
            )
            batches, order = evaluation_batches(tokens, batch_tokens=options.get("batch_tokens", 4096))
            return probabilities(predict(batches, order)["logits"])

    return lambda count: [one_pass() for _ in range(count)][-1]


if __name__ == "__main__":
    serve(prepare)
