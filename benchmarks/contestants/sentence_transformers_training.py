"""sentence-transformers' trainer with `MultipleNegativesRankingLoss`, from raw text to a trained model."""

import json
import tempfile
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.training_args import BatchSamplers

from benchmarks.contestants.sentence_transformers_model import make_loss, make_model
from benchmarks.worker import Work, serve, timed


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), rows and test_rows (files), max_tokens, batch, epochs, learning_rate, warmup,
    weight_decay, seed, precision.

    A step tells `seconds`, `cpu_seconds`, `peak_mebibytes` of a whole training, and `recall_at_1` and `mrr` on the
    test rows, whose different right texts are ranked; loading the model and measuring it are not in its time.
    """

    def train() -> dict[str, Any]:
        torch.manual_seed(options["seed"])
        model = make_model(options)
        with tempfile.TemporaryDirectory() as folder:
            spent = timed(lambda _: _trainer(model, options, folder).train() and None, 1)
        return {**spent, **scores(model, *read_pairs(options["test_rows"]))}

    return lambda count: [train() for _ in range(count)][-1]


def read_pairs(path: str) -> tuple[list[str], list[str]]:
    """Texts and right texts that `benchmarks.rows` wrote; these as the bytes of UTF-8."""
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [row["text"] for row in rows], [bytes(row["label"]).decode() for row in rows]


def scores(model: SentenceTransformer, texts: list[str], right: list[str]) -> dict[str, float]:
    """`recall_at_1` and `mrr`; texts that are just as near stand before the right one, as bert_tf ranks them."""
    different = sorted(set(right))
    vectors, others = (
        np.asarray(model.encode(each, batch_size=64, normalize_embeddings=True, show_progress_bar=False))
        for each in (texts, different)
    )
    cosines = vectors @ others.T
    own = cosines[np.arange(len(texts)), [different.index(text) for text in right]]
    ranks = (cosines >= own[:, None]).sum(1)
    return {"recall_at_1": float((ranks == 1).mean()), "mrr": float((1 / ranks).mean())}


def _trainer(model: SentenceTransformer, options: dict[str, Any], folder: str) -> SentenceTransformerTrainer:
    texts, right = read_pairs(options["rows"])
    return SentenceTransformerTrainer(
        model=model,
        args=SentenceTransformerTrainingArguments(
            output_dir=folder,
            num_train_epochs=options["epochs"],
            per_device_train_batch_size=options["batch"],
            learning_rate=options["learning_rate"],
            warmup_steps=options["warmup"],
            weight_decay=options["weight_decay"],
            lr_scheduler_type="linear",
            batch_sampler=BatchSamplers.NO_DUPLICATES,
            bf16=options["precision"] == "bfloat16",
            use_cpu=True,
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            seed=options["seed"],
        ),
        train_dataset=Dataset.from_dict({"anchor": texts, "positive": right}),
        loss=make_loss(model),
    )


if __name__ == "__main__":
    serve(prepare)
