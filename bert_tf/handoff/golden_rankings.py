"""Golden requests of the signature `rank`: histories of the run's data with candidates, and the run's own scores."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import tensorflow as tf

from bert_tf.export.golden import golden_lines
from bert_tf.export.history_signatures import NO_CANDIDATE
from bert_tf.models.frozen.frozen_model import InferenceGraph
from bert_tf.models.task_network import HistoryNetwork
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.workflow.interactions import Interactions
from bert_tf.workflow.opened_run import OpenedRun
from bert_tf.workflow.predict import input_rows
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
    longest = found.longest + 1
    requests = [_request(found, int(row), longest) for row in rows]
    texts = [text for text in found.texts[1 : 1 + longest] if text]
    requests.append({"history": [b""] * longest, "candidates": _filled([texts[0], _OVERLONG], _CANDIDATES)})
    requests.append({"history": [(texts * longest)[at] for at in range(longest)], "candidates": [b""] * _CANDIDATES})
    decoded = [{name: [text.decode() for text in value] for name, value in request.items()} for request in requests]
    return list(golden_lines(decoded, _answers(opened, requests, graph)))


def _request(found: Interactions, row: int, longest: int) -> dict[str, list[bytes]]:
    """A history, the newest item first, and the row's item among others."""
    history = [found.texts[item] for item in found.read[row] if item]
    others = [found.texts[1 + (row + step) % found.known] for step in range(_CANDIDATES - 2)]
    return {
        "history": _filled(history, longest),
        "candidates": _filled([found.texts[found.items[row]], *others], _CANDIDATES),
    }


def _filled(texts: Sequence[bytes], count: int) -> list[bytes]:
    return [*texts, *[b""] * (count - len(texts))]


def _answers(opened: OpenedRun, requests: Sequence[dict[str, list[bytes]]], graph: InferenceGraph) -> dict[str, Any]:
    network = cast(HistoryNetwork, opened.network)
    texts = list(dict.fromkeys([b"", *(text for each in requests for value in each.values() for text in value)]))
    place = {text: index for index, text in enumerate(texts)}
    read = input_rows(opened.tokenizer, texts, None, max_tokens=opened.recipe.text.max_tokens)
    outputs = opened.predictor(graph)([row.inputs for row in read], np.arange(len(texts)))
    histories, candidates = (
        np.array([[place[text] for text in each[name]] for each in requests], np.int32)
        for name in ("history", "candidates")
    )
    cut = (histories > 0).sum(1) > network.history
    tensors = {name: tf.constant(values) for name, values in outputs.items()}
    users = network.users(tensors, tf.constant(histories[:, : network.history])).numpy()
    scores = np.einsum("bh,bch->bc", users, outputs["vector"][candidates])
    return {"scores": np.where(candidates > 0, scores, NO_CANDIDATE).astype(np.float32), "history_cut": cut}
