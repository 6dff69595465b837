"""Raw text to ids by Hugging Face's fast tokenizer, from bytes as data is read."""

from typing import Any

from transformers import AutoTokenizer

from benchmarks.contestants.inputs import read_rows
from benchmarks.worker import Work, serve


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), rows (a file), max_tokens, batch."""
    texts = [text.encode() for text in read_rows(options["rows"])[0]]
    batches = [texts[start : start + options["batch"]] for start in range(0, len(texts), options["batch"])]
    tokenizer = AutoTokenizer.from_pretrained(options["encoder"], split_special_tokens=True, trust_remote_code=False)

    def ids(batch: list[bytes]) -> list[list[int]]:
        decoded = [text.decode("utf-8", "replace") for text in batch]
        cut = {"truncation": True, "max_length": options["max_tokens"]}
        return tokenizer(decoded, return_attention_mask=False, verbose=False, **cut)["input_ids"]

    def one_pass() -> int:
        return sum(len(row) for batch in batches for row in ids(batch))

    return lambda count: [one_pass() for _ in range(count)][-1]


if __name__ == "__main__":
    serve(prepare)
