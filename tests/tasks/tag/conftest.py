"""Answers that are made of tags, and the rows of a split that have them."""

import dataclasses
import pathlib
from collections.abc import Callable

import numpy as np
import pytest
from tag_numbers import TYPES, numbers, ragged

from bert_tf.evaluation.predictions import Predictions, read_predictions, write_predictions
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.ragged_rows import RaggedRows
from bert_tf.report.contents import Contents
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tasks.tag.columns import TagColumns
from bert_tf.tasks.tag.metrics import TagMetrics


@pytest.fixture(scope="session")
def answers() -> Callable[..., Answers]:
    """Makes answers of expected and predicted tags of each row: `O B-PER`.

    Words are one letter with a blank behind; fewer predicted tags are of a text that is cut.
    """

    def make(expected, predicted, *, seen=(), sure=0.9, types=TYPES) -> Answers:
        tags = [numbers(row.split(), types) for row in expected]
        words = [
            [(tag, 2 * place, 2 * place + 1, int((row, place) in seen)) for place, tag in enumerate(of_row)]
            for row, of_row in enumerate(tags)
        ]
        said = ragged([numbers(row.split(), types) for row in predicted])
        count = 1 + 2 * len(types)
        logits = np.full((len(said.values), count), np.log((1 - sure) / (count - 1)), np.float32)
        logits[np.arange(len(said.values)), said.values] = np.log(sure)
        facts = {"label_names": types}
        return Answers(ragged(words, width=4), {"logits": RaggedRows(logits, said.splits), "tags": said}, facts)

    return make


@dataclasses.dataclass
class Rows:
    """Texts for such words, the letters of the alphabet in turn, as `write_predictions` and TensorBoard want them."""

    targets: RaggedRows
    facts: dict[str, object]
    fingerprint: str = "drawn"

    def __len__(self) -> int:
        return len(self.targets)

    def texts(self, start: int, stop: int) -> list[bytes]:
        lengths = self.targets.lengths[start:stop]
        return [" ".join("abcdefghijklmnopqrstuvwxyz"[:length]).encode() for length in lengths]

    def pairs(self, start: int, stop: int) -> None:
        return None

    def places(self, start: int, stop: int) -> list[str]:
        return [f"drawn.conll:{row + 1}" for row in range(start, min(stop, len(self)))]


@pytest.fixture
def rows() -> Callable[[Answers], Rows]:
    """Makes the rows of answers."""
    return lambda answers: Rows(answers.expected, dict(answers.facts))


@pytest.fixture
def predictions(tmp_path: pathlib.Path, answers, rows) -> Callable[..., Predictions]:
    """Makes answers as of `answers`, written to a file and read."""

    def make(*arguments, **settings) -> Predictions:
        made = answers(*arguments, **settings)
        path, lengths = tmp_path / "answers.parquet", made.expected.lengths + 2
        write_predictions(path, rows(made), columns=TagColumns(), outputs=made.outputs, lengths=lengths)
        return read_predictions(path, TagColumns())

    return make


@pytest.fixture
def contents(left: Callable[..., Contents]) -> Callable[..., Contents]:
    """What a finished run left, with these answers on its test rows."""

    def make(test: Predictions | None, **changes: object) -> Contents:
        epoch = {"loss": 1.0, "val_micro_f1": 0.5, "val_macro_f1": 0.4, "val_word_accuracy": 0.9}
        splits = {} if test is None else {"test": test}
        return left(load_recipe("ner-wnut"), TagMetrics(), splits, epoch=epoch, **changes)

    return make
