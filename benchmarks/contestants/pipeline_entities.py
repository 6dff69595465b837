"""transformers' pipeline for token classification, from raw text to entities: sorted by length, in batches."""

from typing import Any

import torch
from transformers import AutoTokenizer, pipeline

from benchmarks.contestants.inputs import read_rows
from benchmarks.contestants.pytorch_model import pytorch_model
from benchmarks.worker import Work, serve


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), rows (a file), labels (tags), task (tag), precision, max_tokens, batch.

    A step tells how many `entities` there are.
    """
    texts = sorted(read_rows(options["rows"])[0], key=len)
    tokenizer = AutoTokenizer.from_pretrained(
        options["encoder"], use_fast=True, trust_remote_code=False, model_max_length=options["max_tokens"]
    )
    model = pytorch_model(options).to(getattr(torch, options["precision"])).eval()
    names = ["O", *(f"{letter}-{kind}" for kind in range((options["labels"] - 1) // 2) for letter in "BI")]
    model.config.id2label = dict(enumerate(names))
    find = pipeline("token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="first")

    def one_pass() -> dict[str, int]:
        with torch.inference_mode():
            return {"entities": sum(map(len, find(texts, batch_size=options["batch"])))}

    return lambda count: [one_pass() for _ in range(count)][-1]


if __name__ == "__main__":
    serve(prepare)
