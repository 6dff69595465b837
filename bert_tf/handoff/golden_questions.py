"""Golden requests of a version that answers: questions, and what is found for them outside of the graph."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.errors import ExportError
from bert_tf.export.answer_search import NONE_FITS, SCORES
from bert_tf.export.golden import golden_lines
from bert_tf.export.task_serving import TaskServing
from bert_tf.handoff.golden_answers import Golden, odd_texts
from bert_tf.handoff.index_rows import IndexRows
from bert_tf.workflow.opened_run import OpenedRun
from bert_tf.workflow.predict import input_rows, own_answers

_AT_ONCE = 16  # questions that are compared with all answers


def golden_questions(
    opened: OpenedRun,
    rows: IndexRows,
    vectors: np.ndarray,
    *,
    columns: Mapping[str, Sequence[bytes]],
    threshold: float | None,
    serving: TaskServing,
) -> Golden:
    """What the reference graph and a search with NumPy answer, one question at a time.

    A question is left out where a difference within the tolerance could exchange two answers, or turn `none_fits`.

    Args:
        opened: The run.
        rows: Answers and questions.
        vectors: Of the answers, float32 [N, D].
        columns: What is served of an answer, by output; N texts each.
        threshold: As of `AnswerSearch`.
        serving: Has the tolerance.

    Raises:
        ExportError: no question is left.
    """
    texts = golden_question_texts(rows, opened.recipe.export.golden_requests)
    read = input_rows(opened.tokenizer, texts, None, max_tokens=opened.recipe.text.max_tokens, windows=opened.windows)
    asked = np.asarray(own_answers(opened, read, opened.plain)["vector"])
    scores, places = best_answers(asked, vectors, top=min(rows.top + 1, len(vectors)))
    sure = is_sure(scores, threshold, tolerance=serving.tolerance)
    if not sure.any():
        raise ExportError(
            "Not exported: of every golden question two answers are as near as can be.",
            where=rows.where,
            hint="do the answers repeat each other? leave repeated texts out",
        )
    found = {
        SCORES: scores[:, : rows.top],
        **{name: np.array(values, object)[places[:, : rows.top]] for name, values in columns.items()},
        **({} if threshold is None else {NONE_FITS: scores[:, 0] < threshold}),
        "truncated": np.array([row.truncated for row in read]),
    }
    kept = np.flatnonzero(sure)
    requests = [{"text": texts[index].decode()} for index in kept]
    lines = list(golden_lines(requests, {name: values[kept] for name, values in found.items()}))
    return Golden(lines, serving.tolerance, len(texts) - len(lines))


def golden_question_texts(rows: IndexRows, count: int) -> list[bytes]:
    """Questions from all over, or the answers themselves where there are none; then odd texts."""
    texts = rows.corpus.texts if rows.questions is None else rows.questions.texts
    chosen = np.linspace(0, len(texts) - 1, min(count, len(texts))).astype(int)
    return [*(texts[index] for index in chosen), *odd_texts()]


def best_answers(asked: np.ndarray, vectors: np.ndarray, *, top: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores and places of the nearest answers, best first; of equal ones the earlier.

    Args:
        asked: Vectors of questions, float32 [Q, D].
        vectors: Of answers, float32 [N, D].
        top: How many, from 1 to N.

    Returns:
        float32 [Q, top] and int64 [Q, top].
    """
    places = []
    for start in range(0, len(asked), _AT_ONCE):
        every = asked[start : start + _AT_ONCE] @ vectors.T
        # All that are as near as the last of them are sorted, and not all there are.
        least = np.partition(every, -top, axis=1)[:, -top]
        for row, bound in zip(every, least, strict=True):
            near = np.flatnonzero(row >= bound)
            places.append(near[np.argsort(-row[near], kind="stable")][:top])
    found = np.stack(places)
    return np.einsum("qd,qkd->qk", asked, vectors[found]), found


def scores_without(asked: np.ndarray, vectors: np.ndarray, *, texts: Sequence[bytes], right: np.ndarray) -> np.ndarray:
    """The score of the nearest answer of each question once its right one is taken away, with all of its text.

    Args:
        asked, vectors: As of `best_answers`.
        texts: Of the answers.
        right: Place of each question's right answer, int [Q].

    Returns:
        float32 [Q]; -1 where no answer is left.
    """
    _, number_of = np.unique(np.array(texts, object), return_inverse=True)
    found = np.full(len(asked), -1, np.float32)
    for start in range(0, len(asked), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        is_right = number_of[right[part], np.newaxis] == number_of
        found[part] = np.where(is_right, -1, asked[part] @ vectors.T).max(1)
    return found


def is_sure(scores: np.ndarray, threshold: float | None, *, tolerance: float) -> np.ndarray:
    """Whether each answer stays in its place, and the best on its side of the threshold; bool [Q]."""
    sure: Any = (-np.diff(scores.astype(np.float64), axis=1) > 2 * tolerance).all(1)
    return sure if threshold is None else sure & (np.abs(scores[:, 0] - threshold) > tolerance)
