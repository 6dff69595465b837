"""Hugging Face's Trainer (PyTorch, group_by_length), from raw text to a trained model."""

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

from benchmarks.contestants.inputs import read_pairs, read_rows
from benchmarks.worker import Work, serve, timed

_ANSWERED = ("validation", "test")


class Rows(Dataset):
    """Token ids and label of every row of a file, tokenized when it is made; several labels are numbers, 0.0 or 1.0."""

    def __init__(self, path: str, tokenizer: Any, max_tokens: int) -> None:
        texts, labels = read_rows(path)
        self.labels = [list(map(float, label)) if isinstance(label, list) else label for label in labels]
        self._encodings = tokenizer(texts, read_pairs(path), truncation=True, max_length=max_tokens)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return {**{name: values[index] for name, values in self._encodings.items()}, "labels": self.labels[index]}


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), rows and test_rows (files), labels, max_tokens, batch, epochs, learning_rate,
    warmup, weight_decay, seed, precision; for several labels `problem`, transformers' name for that,
    `validation_rows`, which choose the best epoch by their loss, and `answers`, a file that gets the logits of
    validation and test.

    A step tells `seconds`, `cpu_seconds`, `peak_mebibytes` of a whole training, and `accuracy` without `answers`;
    loading the model and measuring it are not in its time.
    """
    tokenizer = AutoTokenizer.from_pretrained(options["encoder"], trust_remote_code=False)

    def rows_of(option: str) -> Rows:
        return Rows(options[option], tokenizer, options["max_tokens"])

    def train() -> dict[str, Any]:
        torch.manual_seed(options["seed"])
        model = AutoModelForSequenceClassification.from_pretrained(
            options["encoder"],
            num_labels=options["labels"],
            problem_type=options.get("problem", "single_label_classification"),
            trust_remote_code=False,
        )
        with tempfile.TemporaryDirectory() as folder:
            metrics = None if "answers" in options else _accuracy
            collator = DataCollatorWithPadding(tokenizer)
            trainer = make_trainer(model, options, folder, collator=collator, metrics=metrics)

            def from_text(_: int) -> None:
                trainer.train_dataset = rows_of("rows")
                trainer.eval_dataset = rows_of("validation_rows") if "validation_rows" in options else None
                trainer.train()

            spent = timed(from_text, 1)
            if "answers" in options:
                answers = [
                    np.asarray(predict_in_order(trainer, rows_of(f"{name}_rows")).predictions) for name in _ANSWERED
                ]
                np.savez(options["answers"], validation=answers[0], test=answers[1])
                return spent
            scores = trainer.evaluate(rows_of("test_rows"))
        return {**spent, "accuracy": scores["eval_accuracy"]}

    return lambda count: [train() for _ in range(count)][-1]


def make_trainer(
    model: Any, options: dict[str, Any], folder: str, *, collator: Any, metrics: Any, best: str = "loss"
) -> Trainer:
    """Options: as of `prepare`. With validation rows the epoch that is best by `best` is kept, as bert_tf does."""
    keeping = {
        "eval_strategy": "epoch",
        "save_strategy": "epoch",
        "load_best_model_at_end": True,
        "metric_for_best_model": best,
        "greater_is_better": best != "loss",
        "save_total_limit": 1,
    }
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
            bf16=options["precision"] == "bfloat16",
            use_cpu=True,
            **(keeping if "validation_rows" in options else {"save_strategy": "no"}),
            report_to=[],
            logging_steps=50,
            disable_tqdm=True,
            seed=options["seed"],
        ),
        data_collator=collator,
        # The rows are read in the time of the training; a Trainer that is to evaluate isn't made without any.
        eval_dataset=[] if "validation_rows" in options else None,
        compute_metrics=metrics,
    )


def predict_in_order(trainer: Trainer, rows: Dataset) -> Any:
    """What a trained Trainer predicts of rows, in their order; with `group_by_length`, it puts longer rows first."""
    trainer.args.group_by_length = False
    return trainer.predict(rows)


def _accuracy(output: Any) -> dict[str, float]:
    return {"accuracy": float(accuracy_score(output.label_ids, np.argmax(output.predictions, -1)))}


if __name__ == "__main__":
    serve(prepare)
