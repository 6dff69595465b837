"""Parts of a recipe's export, timed on a sample: holding rows against Hugging Face's tokenizer, and golden requests."""

import dataclasses
import pathlib

import numpy as np

from bert_tf.evaluation.compute_outputs import Predictor
from bert_tf.handoff.golden_answers import golden_texts
from bert_tf.planning.stopwatch import Stopwatch
from bert_tf.recipe.schema import Recipe
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.loading import load_reference
from bert_tf.text.parity import check_rows
from bert_tf.workflow.assemble import served_graph
from bert_tf.workflow.predict import input_rows
from bert_tf.workflow.prepare import Prepared
from bert_tf.workflow.training_setup import TrainingSetup

_COMPARED = 256  # rows
_FIRST = 8  # rows of the first time, in which graphs are traced
_ANSWERED_EVERY = 8  # of the golden requests


@dataclasses.dataclass(frozen=True)
class ExportTimings:
    """Seconds of an export.

    Attributes:
        parity: Holding all rows against Hugging Face's tokenizer.
        answers: Answering all golden requests once, one at a time, as the exported model does.
    """

    parity: float
    answers: float


def time_export(
    recipe: Recipe, setup: TrainingSetup, prepared: Prepared, *, encoder_folder: pathlib.Path
) -> ExportTimings:
    """Time a sample of the rows and of the golden requests."""
    return ExportTimings(
        parity=_parity(prepared, max_tokens=recipe.text.max_tokens, encoder_folder=encoder_folder),
        answers=_answers(recipe, setup, prepared),
    )


def _parity(prepared: Prepared, *, max_tokens: int, encoder_folder: pathlib.Path) -> float:
    tokenizer, rows = prepared.tokenizer, prepared.examples["train"]
    if isinstance(tokenizer, HuggingFaceTokenizer):
        return 0.0
    reference, sample = load_reference(encoder_folder), min(_COMPARED, len(rows))
    texts, pairs = rows.texts(0, sample), rows.pairs(0, sample)
    for count in (_FIRST, sample):
        first_pairs = pairs[:count] if pairs else None
        with Stopwatch() as watch:
            check_rows(tokenizer, reference, texts[:count], first_pairs, max_tokens=max_tokens, where="train")
    return watch.seconds / sample * sum(len(examples) for examples in prepared.examples.values())


def _answers(recipe: Recipe, setup: TrainingSetup, prepared: Prepared) -> float:
    texts, pairs = golden_texts(prepared, recipe.export.golden_requests)
    some, their_pairs = texts[::_ANSWERED_EVERY], pairs[::_ANSWERED_EVERY] if pairs else None
    rows = input_rows(prepared.tokenizer, some, their_pairs, max_tokens=recipe.text.max_tokens)
    predict = Predictor(served_graph(setup.model, kernels=recipe.model.kernels).outputs)
    for part in (rows[:1], rows):
        with Stopwatch() as watch:
            predict([row.inputs for row in part], np.arange(len(part)))
    return watch.seconds / len(rows) * len(texts)
