"""Raw text to ids by the tokenizer in bert_tf's graph."""

import pathlib
import tempfile
from typing import Any

from benchmarks.contestants.inputs import read_rows
from benchmarks.worker import Work, serve
from bert_tf.text.loading import load_tokenizer


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), rows (a file), max_tokens, batch."""
    texts = [text.encode() for text in read_rows(options["rows"])[0]]
    batches = [texts[start : start + options["batch"]] for start in range(0, len(texts), options["batch"])]
    with tempfile.TemporaryDirectory() as folder:
        tokenizer = load_tokenizer(pathlib.Path(options["encoder"]), cache_folder=pathlib.Path(folder))

    def one_pass() -> int:
        return sum(len(tokenizer.encode_batch(batch, max_tokens=options["max_tokens"]).ids) for batch in batches)

    return lambda count: [one_pass() for _ in range(count)][-1]


if __name__ == "__main__":
    serve(prepare)
