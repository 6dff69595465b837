"""Hugging Face's Trainer for token classification (PyTorch), from words to a trained model; each word by its first
token."""

import tempfile
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset
from transformers import AutoModelForTokenClassification, AutoTokenizer, DataCollatorForTokenClassification

from benchmarks.contestants.entity_scores import entities_of_tags, entity_f1, tagged_words
from benchmarks.contestants.inputs import read_rows
from benchmarks.contestants.trainer_training import make_trainer, predict_in_order
from benchmarks.worker import Work, serve, timed

_IGNORED = -100


class Rows(Dataset):
    """Token ids of every row of a file, and the tags of words at their first tokens; tokenized when it is made."""

    def __init__(self, path: str, tokenizer: Any, max_tokens: int) -> None:
        rows = [tagged_words(text, spans) for text, spans in zip(*read_rows(path), strict=True)]
        self.tags = [tags for _, tags in rows]
        self._encodings = tokenizer(
            [words for words, _ in rows], is_split_into_words=True, truncation=True, max_length=max_tokens
        )
        self._labels = [self._of_tokens(row, tags) for row, tags in enumerate(self.tags)]

    def _of_tokens(self, row: int, tags: list[int]) -> list[int]:
        found: list[int] = []
        before: int | None = None
        for word in self._encodings.word_ids(row):
            found.append(_IGNORED if word is None or word == before else tags[word])
            before = word
        return found

    def __len__(self) -> int:
        return len(self.tags)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return {**{name: values[index] for name, values in self._encodings.items()}, "labels": self._labels[index]}


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), rows, validation_rows and test_rows (files), labels (tags), max_tokens, batch,
    epochs, learning_rate, warmup, weight_decay, seed, precision.

    A step tells `seconds`, `cpu_seconds`, `peak_mebibytes` of a whole training, which keeps the epoch with the best
    entity F1 on the validation rows, and `micro_f1` of the test rows; loading the model and measuring it are not in its
    time.
    """
    tokenizer = AutoTokenizer.from_pretrained(options["encoder"], trust_remote_code=False)

    def rows_of(option: str) -> Rows:
        return Rows(options[option], tokenizer, options["max_tokens"])

    def train() -> dict[str, Any]:
        torch.manual_seed(options["seed"])
        model = AutoModelForTokenClassification.from_pretrained(
            options["encoder"], num_labels=options["labels"], trust_remote_code=False
        )
        with tempfile.TemporaryDirectory() as folder:
            collator = DataCollatorForTokenClassification(tokenizer)
            trainer = make_trainer(model, options, folder, collator=collator, metrics=_metrics, best="f1")

            def from_text(_: int) -> None:
                trainer.train_dataset, trainer.eval_dataset = rows_of("rows"), rows_of("validation_rows")
                trainer.train()

            spent = timed(from_text, 1)
            test = rows_of("test_rows")
            answers = predict_in_order(trainer, test)
        said = _predicted(answers.predictions, answers.label_ids)
        # Words that were cut off have no tag, and their entities are missed.
        return {**spent, "micro_f1": entity_f1([entities_of_tags(tags) for tags in test.tags], said)}

    return lambda count: [train() for _ in range(count)][-1]


def _metrics(output: Any) -> dict[str, float]:
    expected = [entities_of_tags(row[row != _IGNORED].tolist()) for row in output.label_ids]
    return {"f1": entity_f1(expected, _predicted(output.predictions, output.label_ids))}


def _predicted(logits: np.ndarray, labels: np.ndarray) -> list[set[tuple[int, int, int]]]:
    tags = logits.argmax(-1)
    return [entities_of_tags(row[known != _IGNORED].tolist()) for row, known in zip(tags, labels, strict=True)]


if __name__ == "__main__":
    serve(prepare)
