"""The peer: Hugging Face's Trainer (PyTorch, CPU, bfloat16) on rows that `benchmarks.rows` wrote.

Runs in an environment of its own, so that PyTorch and TensorFlow never share a process:

    python -m venv peer && peer/bin/pip install -c constraints.txt -e ".[bench]"
    peer/bin/python benchmarks/peers/trainer.py --rows rows/ --encoder MODEL_FOLDER --out trainer.json

Hyper-parameters are those of `recipes/imdb.toml`, handed in as flags, so that a change there is a flag here.
"""

import argparse
import json
import pathlib
import resource
import time

import pyarrow.parquet as parquet
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


class Rows(Dataset):
    """Token ids and label of every row of a parquet file with the columns `text` and `label`."""

    def __init__(self, path: pathlib.Path, tokenizer: AutoTokenizer, max_tokens: int) -> None:
        table = parquet.read_table(path)
        self.labels = table["label"].to_pylist()
        self.encodings = tokenizer(table["text"].to_pylist(), truncation=True, max_length=max_tokens)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> dict:
        return {**{key: value[index] for key, value in self.encodings.items()}, "labels": self.labels[index]}


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=pathlib.Path, required=True, help="folder with train.parquet and test.parquet")
    parser.add_argument("--encoder", required=True, help="folder with config.json, vocab.txt and weights")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--max-tokens", type=int, default=256)
    parser.add_argument("--epochs", type=float, default=1)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=5e-5)
    parser.add_argument("--warmup", type=float, default=0.1)
    parser.add_argument("--weight-decay", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    arguments = parsed_arguments()
    start = time.perf_counter()
    tokenizer = AutoTokenizer.from_pretrained(arguments.encoder)
    train = Rows(arguments.rows / "train.parquet", tokenizer, arguments.max_tokens)
    test = Rows(arguments.rows / "test.parquet", tokenizer, arguments.max_tokens)
    tokenized = time.perf_counter()
    model = AutoModelForSequenceClassification.from_pretrained(
        arguments.encoder, num_labels=len(set(train.labels) | set(test.labels))
    )
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=str(arguments.out.with_suffix(".run")),
            num_train_epochs=arguments.epochs,
            per_device_train_batch_size=arguments.batch_size,
            per_device_eval_batch_size=arguments.batch_size,
            learning_rate=arguments.learning_rate,
            warmup_ratio=arguments.warmup,
            weight_decay=arguments.weight_decay,
            lr_scheduler_type="linear",
            group_by_length=True,
            bf16=True,
            use_cpu=True,
            save_strategy="no",
            report_to=[],
            logging_steps=50,
            seed=arguments.seed,
        ),
        train_dataset=train,
        data_collator=DataCollatorWithPadding(tokenizer),
        compute_metrics=lambda output: {"accuracy": accuracy_score(output.label_ids, output.predictions.argmax(-1))},
    )
    trainer.train()
    trained = time.perf_counter()
    scores = trainer.evaluate(test)
    arguments.out.write_text(
        json.dumps(
            {
                "peer": "transformers Trainer, PyTorch bfloat16, group_by_length",
                "torch": torch.__version__,
                "threads": torch.get_num_threads(),
                "rows": {"train": len(train), "test": len(test)},
                "test_accuracy": scores["eval_accuracy"],
                "seconds": {
                    "tokenize": round(tokenized - start, 1),
                    "train": round(trained - tokenized, 1),
                    "evaluate": round(time.perf_counter() - trained, 1),
                },
                "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            },
            indent=2,
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
