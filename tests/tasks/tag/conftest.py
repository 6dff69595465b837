"""Answers that are made of tags, and texts for them."""

import numpy as np
import pytest
from tag_numbers import TYPES, numbers, ragged

from bert_tf.evaluation.predictions import Predictions
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.ragged_rows import RaggedRows


@pytest.fixture(scope="session")
def answers():
    """Makes answers of expected and predicted tags of each row: `O B-PER`.

    Words are one letter with a blank behind; fewer predicted tags are of a text that is cut.
    """

    def make(expected, predicted, *, seen=(), sure=0.9, types=TYPES):
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
        return Answers(ragged(words, width=4), {"logits": RaggedRows(logits, said.splits)}, facts)

    return make


class Rows:
    """Texts for such words: the letters of the alphabet in turn."""

    def __init__(self, answers):
        self.answers = answers
        self.lengths = answers.expected.lengths + 2
        self.in_train = np.zeros(len(answers), bool)

    def __len__(self):
        return len(self.answers)

    def text(self, row):
        return " ".join("abcdefghijklmnopqrstuvwxyz"[place % 26] for place in range(len(self.answers.expected[row])))

    def texts(self, start, stop):
        return [self.text(row).encode() for row in range(start, min(stop, len(self)))]

    def pairs(self, start, stop):
        return None

    def pair(self, row):
        return None

    def place(self, row):
        return f"rows.conll:{row + 1}"


@pytest.fixture(scope="session")
def rows():
    """Makes a split's rows of answers, as a report gets them."""

    def make(answers) -> Predictions:
        return Rows(answers)

    return make
