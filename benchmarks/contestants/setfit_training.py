"""SetFit with its own defaults, from raw text to an encoder with a logistic regression over its vectors."""

import json
import tempfile
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from setfit import SetFitModel, Trainer, TrainingArguments
from sklearn.linear_model import LogisticRegression

from benchmarks.contestants.sentence_transformers_model import make_model
from benchmarks.worker import Work, serve, timed


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), rows and test_rows (files), max_tokens, seed.

    A step tells `seconds`, `cpu_seconds`, `peak_mebibytes` of a whole training, and `accuracy` on the test rows;
    loading the model and measuring it are not in its time.
    """

    def train() -> dict[str, Any]:
        torch.manual_seed(options["seed"])
        model = SetFitModel(model_body=make_model(options), model_head=LogisticRegression())
        with tempfile.TemporaryDirectory() as folder:
            spent = timed(lambda _: _trainer(model, options, folder).train() and None, 1)
        texts, labels = _read(options["test_rows"])
        answers = np.asarray(model.predict(texts, batch_size=64, as_numpy=True, show_progress_bar=False))
        return {**spent, "accuracy": float((answers == np.asarray(labels)).mean())}

    return lambda count: [train() for _ in range(count)][-1]


def _read(path: str) -> tuple[list[str], list[int]]:
    """Texts and labels that `benchmarks.rows` wrote."""
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [row["text"] for row in rows], [row["label"] for row in rows]


def _trainer(model: SetFitModel, options: dict[str, Any], folder: str) -> Trainer:
    texts, labels = _read(options["rows"])
    return Trainer(
        model=model,
        args=TrainingArguments(output_dir=folder, seed=options["seed"], report_to="none", show_progress_bar=False),
        train_dataset=Dataset.from_dict({"text": texts, "label": labels}),
    )


if __name__ == "__main__":
    serve(prepare)
