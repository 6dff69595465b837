"""Golden requests of the signature `recommend`: histories of an index's items, and what a search with NumPy finds."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.export.answer_search import NO_SCORE, NONE_FITS, SCORES
from bert_tf.export.golden import golden_lines
from bert_tf.handoff.catalogue_features import catalogue_cells
from bert_tf.handoff.golden_questions import is_sure
from bert_tf.handoff.golden_users import GoldenUsers
from bert_tf.handoff.index_rows import IndexRows
from bert_tf.workflow.opened_run import OpenedRun

_READ = 3  # items of most histories


def golden_recommendations(
    opened: OpenedRun,
    rows: IndexRows,
    vectors: np.ndarray,
    *,
    columns: Mapping[str, Sequence[bytes]],
    threshold: float | None,
    tolerance: float,
) -> list[dict[str, Any]]:
    """What the reference graph and a search with NumPy recommend; none for a task without the signature.

    Histories are of items from all over, of nobody, and one that is longer than what is read. One is left out where a
    difference within the tolerance could exchange two items, or turn `none_fits`.

    Args:
        opened: The run.
        rows: The items.
        vectors: Of the items, float32 [N, D].
        columns: As of `golden_questions`, like the others.
        threshold: As of `AnswerSearch`.
        tolerance: Of a score.
    """
    if opened.task.events is None:
        return []
    users = _users(opened, rows)
    asked, _ = users.vectors(opened.plain)
    texts = np.array(rows.corpus.texts, object)
    left_out = np.stack([np.isin(texts, texts[history[history > 0] - 1]) for history in users.histories])
    scores = np.where(left_out, NO_SCORE, asked @ vectors.T).astype(np.float32)
    order = np.argsort(-scores, axis=1, kind="stable")
    best = np.take_along_axis(scores, order, 1)
    places, found = order[:, : rows.top], best[:, : rows.top]
    sure = np.flatnonzero(is_sure(best[:, : rows.top + 1], threshold, tolerance=tolerance))
    answers = {
        SCORES: found,
        **{name: np.where(found > NO_SCORE, np.array(values, object)[places], b"") for name, values in columns.items()},
        **({} if threshold is None else {NONE_FITS: found[:, 0] < threshold}),
        "history_cut": users.cut,
    }
    requests = users.requests()
    return list(golden_lines([requests[row] for row in sure], {name: each[sure] for name, each in answers.items()}))


def _users(opened: OpenedRun, rows: IndexRows) -> GoldenUsers:
    """Items are numbered from 1, as they stand in the index."""
    corpus = rows.corpus
    users = GoldenUsers(opened, [b"", *corpus.texts], None, np.zeros([0, 0], int), np.zeros([0, 0], np.float32))
    longest = users.network.history + 1
    starts = np.linspace(0, len(corpus) - 1, min(opened.recipe.export.golden_requests, len(corpus))).astype(int)
    histories = np.zeros([len(starts) + 2, longest], int)
    read = min(_READ, longest)
    histories[:-2, :read] = (starts[:, np.newaxis] + np.arange(read)) % len(corpus) + 1
    histories[-1] = np.arange(longest) % len(corpus) + 1
    ages = np.where(histories > 0, np.arange(longest), 0).astype(np.float32)
    features = users.network.features
    if features is None:
        return dataclasses.replace(users, histories=histories, ages=ages)
    cells = [("",) * len(features.columns), *catalogue_cells(features, corpus, where=rows.where)]
    return dataclasses.replace(users, cells=cells, histories=histories, ages=ages)
