"""Golden requests of the signature `rank`: histories of the run's data with candidates, and the run's own scores."""

from typing import Any

import numpy as np

from bert_tf.export.golden import golden_lines
from bert_tf.export.history_signatures import NO_CANDIDATE
from bert_tf.handoff.golden_users import GoldenUsers
from bert_tf.models.frozen.frozen_model import InferenceGraph
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.workflow.interactions import Interactions
from bert_tf.workflow.opened_run import OpenedRun
from bert_tf.workflow.prepare import Prepared

_CANDIDATES = 4
_OVERLONG = b"word " * 2000


def golden_rankings(opened: OpenedRun, prepared: Prepared, graph: InferenceGraph) -> list[dict[str, Any]]:
    """What a graph answers of users of the run, each text by itself; none for a task without the signature.

    Histories are those of rows from all over the last split, one of nobody and one that is longer than what is read.

    Args:
        opened: The run.
        prepared: Its data.
        graph: Of its model.
    """
    if not prepared.interactions or isinstance(prepared.tokenizer, HuggingFaceTokenizer):
        return []
    found = list(prepared.interactions.values())[-1]
    rows = np.linspace(0, len(found) - 1, min(opened.recipe.export.golden_requests, len(found))).astype(int)
    users, candidates = _users(opened, found, rows), _candidates(found, rows)
    vectors, (items,) = users.vectors(graph, candidates)
    scores = np.einsum("bh,bch->bc", vectors, items)
    answers = {
        "scores": np.where(candidates > 0, scores, NO_CANDIDATE).astype(np.float32),
        "history_cut": users.cut,
    }
    return list(golden_lines(users.requests(candidates=candidates), answers))


def _users(opened: OpenedRun, found: Interactions, rows: np.ndarray) -> GoldenUsers:
    """Those of rows, nobody, and somebody with more than is read; the last item is an overlong text."""
    longest = found.longest + 1
    histories = np.pad(found.read[rows], [(0, 2), (0, 1)])
    histories[-1] = np.arange(longest) % min(longest, len(found.texts) - 1) + 1
    ages = np.pad(found.ages[rows], [(0, 2), (0, 1)])
    ages[-1] = np.arange(longest)
    cells = None if found.cells is None else [*found.cells, found.cells[0]]
    return GoldenUsers(opened, [*found.texts, _OVERLONG], cells, histories, ages)


def _candidates(found: Interactions, rows: np.ndarray) -> np.ndarray:
    """The row's item among others; of nobody the overlong text, and of the last none."""
    others = 1 + (rows[:, np.newaxis] + np.arange(_CANDIDATES - 2)) % found.known
    candidates = np.pad(np.column_stack([found.items[rows], others]), [(0, 2), (0, 1)])
    candidates[-2, :2] = 1, len(found.texts)
    return candidates
