"""Hugging Face's Trainer (PyTorch, bfloat16, group_by_length), from raw text to a trained model."""

import tempfile
from typing import Any

import numpy as np
import torch
from sklearn.metrics import accuracy_score
from torch.utils.data import Dataset
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    Trainer,
    TrainingArguments,
)

from benchmarks.contestants.inputs import read_rows
from benchmarks.worker import Work, serve, timed


class Rows(Dataset):
    """Token ids and label of every row of a file, tokenized when it is made."""

    def __init__(self, path: str, tokenizer: Any, max_tokens: int) -> None:
        texts, self.labels = read_rows(path)
        self._encodings = tokenizer(texts, truncation=True, max_length=max_tokens)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return {**{name: values[index] for name, values in self._encodings.items()}, "labels": self.labels[index]}


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), rows and test_rows (files), labels, max_tokens, batch, epochs, learning_rate,
    warmup, weight_decay, seed.

    A step tells `seconds`, `cpu_seconds`, `peak_mebibytes` and `accuracy` of a whole training; loading the model and
    measuring its accuracy are not in its time.
    """
    tokenizer = AutoTokenizer.from_pretrained(options["encoder"], trust_remote_code=False)

    def train() -> dict[str, Any]:
        torch.manual_seed(options["seed"])
        model = AutoModelForSequenceClassification.from_pretrained(
            options["encoder"], num_labels=options["labels"], trust_remote_code=False
        )
        with tempfile.TemporaryDirectory() as folder:
            trainer = _trainer(model, tokenizer, options, folder)

            def from_text(_: int) -> None:
                trainer.train_dataset = Rows(options["rows"], tokenizer, options["max_tokens"])
                trainer.train()

            spent = timed(from_text, 1)
            scores = trainer.evaluate(Rows(options["test_rows"], tokenizer, options["max_tokens"]))
        return {**spent, "accuracy": scores["eval_accuracy"]}

    return lambda count: [train() for _ in range(count)][-1]


def _trainer(model: Any, tokenizer: Any, options: dict[str, Any], folder: str) -> Trainer:
    return Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=folder,
            num_train_epochs=options["epochs"],
            per_device_train_batch_size=options["batch"],
            per_device_eval_batch_size=options["batch"],
            learning_rate=options["learning_rate"],
            warmup_ratio=options["warmup"],
            weight_decay=options["weight_decay"],
            lr_scheduler_type="linear",
            group_by_length=True,
            bf16=True,
            use_cpu=True,
            save_strategy="no",
            report_to=[],
            logging_steps=50,
            disable_tqdm=True,
            seed=options["seed"],
        ),
        data_collator=DataCollatorWithPadding(tokenizer),
        compute_metrics=_accuracy,
    )


def _accuracy(output: Any) -> dict[str, float]:
    return {"accuracy": float(accuracy_score(output.label_ids, np.argmax(output.predictions, -1)))}


if __name__ == "__main__":
    serve(prepare)
