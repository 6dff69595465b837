"""Golden requests of a run: texts of its data and odd ones, and the answers that its export is held against."""

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from bert_tf.errors import ExportError
from bert_tf.evaluation.compute_outputs import Arrays
from bert_tf.export.answers import distance
from bert_tf.export.golden import golden_lines
from bert_tf.export.task_serving import TaskServing, difference
from bert_tf.models.frozen.frozen_model import InferenceGraph
from bert_tf.scores import decimal_places
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.torture import TORTURE_TEXTS
from bert_tf.workflow.assemble import ReducedGraphs
from bert_tf.workflow.opened_run import OpenedRun
from bert_tf.workflow.predict import InputRow, input_rows, own_answers
from bert_tf.workflow.prepare import Prepared

_TIMES = 3  # of a difference that was found by measuring
_OVERLONG_WORDS = 2000


@dataclasses.dataclass(frozen=True)
class Golden:
    """Requests with their answers.

    Attributes:
        lines: As of `golden_lines`; one at least.
        tolerance: Of numbers, between these answers and any later one.
        undecided: How many requests were left out because a difference within the tolerance could turn their label.
    """

    lines: list[dict[str, dict[str, Any]]]
    tolerance: float
    undecided: int = 0


def golden_requests(opened: OpenedRun, prepared: Prepared) -> Golden:
    """What the reference graph in float32 answers, one text at a time."""
    rows, requests = _requests(opened, prepared)
    outputs = _answers(opened, rows, opened.plain)
    return Golden(list(_lines(opened, requests, outputs)), opened.serving.tolerance)


def reduced_golden_requests(opened: OpenedRun, prepared: Prepared, graphs: ReducedGraphs) -> Golden:
    """What a graph in fewer bits answers, one text at a time, and how near another answer of it must be.

    In bfloat16 a sum that comes in another order is rounded to another neighbour, and one unit is 0.4% of a value; it
    comes in another order in another batch, and on another CPU. Any such way of computing is about as far from float32
    as this one, and one that fuses nothing, as without oneDNN, up to twice as far: so an answer is at most thrice as
    far from this one as this one is from float32, and that is the tolerance.

    Args:
        opened: The run.
        prepared: Its data.
        graphs: Of its model.

    Raises:
        ExportError: no request has a label that is sure.
    """
    rows, requests = _requests(opened, prepared)
    outputs = _answers(opened, rows, graphs.served)
    exact = outputs if graphs.in_float32 is graphs.served else _answers(opened, rows, graphs.in_float32)
    tolerance = rounding_tolerance(opened.serving, _farthest(opened, requests, outputs, exact))
    decided = opened.serving.is_decided(outputs, tolerance)
    lines = [line for line, sure in zip(_lines(opened, requests, outputs), decided, strict=True) if sure]
    if not lines:
        raise ExportError(
            f"Not exported: a {opened.serving.unit} may change by {tolerance} in this precision, which could flip the "
            "label of every golden request.",
            where=str(opened.folder.path),
            hint="export in float32, or train longer: the labels are almost equally probable",
        )
    return Golden(lines, tolerance, len(requests) - len(lines))


def rounding_tolerance(serving: TaskServing, largest: float) -> float:
    """Thrice the largest difference of two numbers, rounded up; that of float32 at least."""
    parts = 10 ** decimal_places(serving.allowed_difference)
    return max(serving.tolerance, math.ceil(_TIMES * largest * parts) / parts)


def _farthest(opened: OpenedRun, requests: list[dict[str, Any]], outputs: Arrays, exact: Arrays) -> float:
    """The largest difference of two numbers in the answers to one request, of all that are compared later: of answers
    that decide alike, those too that only such answers have in common."""
    serving = opened.serving
    found = difference(serving, outputs, exact)
    alike = np.ones(len(requests), bool) if found.equal is None else found.equal
    pairs = zip(*(_lines(opened, requests, each) for each in (outputs, exact)), alike, strict=True)
    distances = [distance(one["answer"], other["answer"]) for one, other, equal in pairs if equal]
    return max(found.largest, *distances, 0.0)


def golden_texts(prepared: Prepared, count: int) -> tuple[list[bytes], list[bytes] | None]:
    """Texts from all over the test rows (or the next best), then an empty, an overlong and the built-in ones."""
    examples = next(prepared.examples[name] for name in ("test", "validation", "train") if name in prepared.examples)
    rows = np.linspace(0, len(examples) - 1, min(count, len(examples))).astype(int)
    odd = odd_texts()
    texts = [examples.texts(row, row + 1)[0] for row in rows] + odd
    if not examples.has_pairs:
        return texts, None
    seconds = [(examples.pairs(row, row + 1) or [b""])[0] for row in rows]
    return texts, seconds + odd[::-1]


def odd_texts() -> list[bytes]:
    """An empty, an overlong and the built-in ones."""
    return [b"", b"word " * _OVERLONG_WORDS, *(text for text in TORTURE_TEXTS if _is_utf8(text))]


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _requests(opened: OpenedRun, prepared: Prepared) -> tuple[list[InputRow], list[dict[str, Any]]]:
    """What the model reads of each golden text, and what a client sends for it."""
    recipe, tokenizer = opened.recipe, prepared.tokenizer
    texts, pairs = golden_texts(prepared, recipe.export.golden_requests)
    rows = input_rows(tokenizer, texts, pairs, max_tokens=recipe.text.max_tokens, windows=opened.windows)
    if isinstance(tokenizer, HuggingFaceTokenizer):
        return rows, [{name: value[0].tolist() for name, value in row.inputs.items()} for row in rows]
    if pairs is None:
        return rows, [{"text": text.decode()} for text in texts]
    both = zip(texts, pairs, strict=True)
    return rows, [{"text": text.decode(), "text_pair": pair.decode()} for text, pair in both]


def _lines(opened: OpenedRun, requests: list[dict[str, Any]], outputs: Arrays) -> Iterator[dict[str, Any]]:
    return golden_lines(requests, outputs, padded=opened.serving.padded_outputs)


def _answers(opened: OpenedRun, rows: list[InputRow], graph: InferenceGraph) -> Arrays:
    outputs = own_answers(opened, rows, graph)
    if isinstance(opened.tokenizer, HuggingFaceTokenizer):
        return outputs
    return {**outputs, "truncated": np.array([row.truncated for row in rows])}
