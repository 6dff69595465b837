"""Golden requests of the signature `rank`: histories of the run's data with candidates, and the run's own scores."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import tensorflow as tf

from bert_tf.export.golden import golden_lines
from bert_tf.export.history_signatures import AGE, CANDIDATES, HISTORY, NO_CANDIDATE
from bert_tf.models.frozen.frozen_model import InferenceGraph
from bert_tf.models.task_network import HistoryNetwork
from bert_tf.text.encoded import FEATURES
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.workflow.interactions import Interactions
from bert_tf.workflow.item_inputs import feature_inputs, item_values
from bert_tf.workflow.opened_run import OpenedRun
from bert_tf.workflow.predict import input_rows
from bert_tf.workflow.prepare import Prepared

_CANDIDATES = 4
_OVERLONG = b"word " * 2000

Lists = dict[str, np.ndarray]  # by input, numbers of items, int [requests, …]; and ages


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
    texts, lists = [*found.texts, _OVERLONG], _lists(found, opened.recipe.export.golden_requests)
    requests = _requests(opened, texts, lists, found)
    return list(golden_lines(requests, _answers(opened, texts, lists, found, graph)))


def _lists(found: Interactions, count: int) -> Lists:
    """Histories, the newest item first, and the row's item among others."""
    rows = np.linspace(0, len(found) - 1, min(count, len(found))).astype(int)
    longest, overlong = found.longest + 1, len(found.texts)
    histories = np.pad(found.read[rows], [(0, 2), (0, 1)])
    histories[-1] = np.arange(longest) % min(longest, len(found.texts) - 1) + 1
    others = 1 + (rows[:, np.newaxis] + np.arange(_CANDIDATES - 2)) % found.known
    candidates = np.pad(np.column_stack([found.items[rows], others]), [(0, 2), (0, 1)])
    candidates[-2, :2] = 1, overlong
    ages = np.pad(found.ages[rows], [(0, 2), (0, 1)])
    ages[-1] = np.arange(longest)
    return {HISTORY: histories, CANDIDATES: candidates, AGE: ages}


def _requests(opened: OpenedRun, texts: Sequence[bytes], lists: Lists, found: Interactions) -> list[dict[str, Any]]:
    """What a client sends."""
    network = cast(HistoryNetwork, opened.network)
    decoded = np.array([text.decode() for text in texts], object)
    sent = {name: decoded[lists[name]] for name in (HISTORY, CANDIDATES)}
    if network.features is not None and found.cells is not None:
        for own, values in feature_inputs(network.features, _cells(found)).items():
            # JSON has no NaN; the mean counts as much as no number does.
            known = [network.features.mean(own) if value != value else value for value in values]
            sent |= {f"{name}_{own}": np.array(known, object)[lists[name]] for name in (HISTORY, CANDIDATES)}
    if network.reads_age:
        sent[AGE] = lists[AGE].astype(float)
    return [{name: values[row].tolist() for name, values in sent.items()} for row in range(len(lists[HISTORY]))]


def _cells(found: Interactions) -> list[tuple[str, ...]]:
    """Features of all items; the overlong one has those of none."""
    cells = list(found.cells or [])
    return [*cells, cells[0]]


def _answers(
    opened: OpenedRun, texts: Sequence[bytes], lists: Lists, found: Interactions, graph: InferenceGraph
) -> dict[str, Any]:
    network = cast(HistoryNetwork, opened.network)
    used, places = np.unique(np.append(0, np.concatenate([lists[name].ravel() for name in (HISTORY, CANDIDATES)])),
                             return_inverse=True)  # fmt: skip
    read = [row.inputs for row in input_rows(
        opened.tokenizer, [texts[number] for number in used], None, max_tokens=opened.recipe.text.max_tokens
    )]  # fmt: skip
    if network.features is not None:
        values = item_values(network.features, _cells(found))[used]
        read = [{**inputs, FEATURES: row[np.newaxis]} for inputs, row in zip(read, values, strict=True)]
    outputs = opened.predictor(graph)(read, np.arange(len(used)))
    split = 1 + lists[HISTORY].size
    histories, candidates = (
        part.reshape(lists[name].shape).astype(np.int32)
        for name, part in ((HISTORY, places[1:split]), (CANDIDATES, places[split:]))
    )
    tensors = {name: tf.constant(values) for name, values in outputs.items()}
    longest = network.history
    users = network.users(tensors, tf.constant(histories[:, :longest]), tf.constant(lists[AGE][:, :longest])).numpy()
    scores = np.einsum("bh,bch->bc", users, outputs["vector"][candidates])
    return {
        "scores": np.where(candidates > 0, scores, NO_CANDIDATE).astype(np.float32),
        "history_cut": (histories > 0).sum(1) > longest,
    }
