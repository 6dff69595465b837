"""From vectors of a split's texts to where the right text of each row stands among all that are right for some row."""

import collections
import itertools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from bert_tf.batches.dataset import evaluation_batches
from bert_tf.evaluation.compute_outputs import Arrays
from bert_tf.evaluation.label_ranking import rank_by_label
from bert_tf.evaluation.ranking import rank_texts, shortened
from bert_tf.evaluation.vector_map import places_on_map
from bert_tf.models.task_network import VectorNetwork
from bert_tf.ragged_rows import RaggedRows
from bert_tf.workflow.expected_texts import ExpectedTexts

Predict = Callable[[Iterable[dict[str, Any]], np.ndarray], Arrays]  # as of `Predictor`


def ranked_outputs(
    network: VectorNetwork, outputs: Arrays, predict: Predict, expected: ExpectedTexts, *, batch_tokens: int
) -> Arrays:
    """What is kept of the vectors of N rows, by name.

    Args:
        network: Of the model.
        outputs: The vectors, float32 [N, H].
        predict: Of the model; is asked for the vectors of the texts.
        expected: Of the rows.
        batch_tokens: As of `evaluation_batches`.

    Returns:
        The vectors; `rank` of the right text, int32 [N], from 1; `among`, how many texts are ranked, int32 [N];
        `score`, the cosine of the right text, and `wrong_score`, that of the nearest other one, float32 [N]; `wrong`,
        its text in UTF-8, `RaggedRows` of uint8; `ranks`, the rank of vectors that are cut to each of the network's
        `dimensions`, int32 [N, D]; `map`, where each row lies on one, float32 [N, 2], as of `places_on_map`. Where rows
        have labels in common, the right text is the nearest of the row's label, as of `rank_by_label`.
    """
    ((_, vectors),) = outputs.items()
    if expected.labels is not None:
        labels = expected.labels
        found = rank_by_label(vectors, labels)
        ranks = [rank_by_label(shortened(vectors, size), labels).rank for size in network.dimensions]
        wrong, among = found.wrong, 1 + len(labels) - np.bincount(labels)[labels]
    else:
        of_texts = vectors_of_right_texts(predict, expected, batch_tokens=batch_tokens)
        right = np.searchsorted(expected.right, expected.text_of[:, 0])
        left_out = also_right(expected, right)
        found = rank_texts(vectors, of_texts, right=right, left_out=left_out)
        ranks = [
            rank_texts(*(shortened(each, size) for each in (vectors, of_texts)), right=right, left_out=left_out).rank
            for size in network.dimensions
        ]
        wrong, among = expected.right[found.wrong], len(of_texts) - left_out.lengths
    return {
        **outputs,
        "rank": found.rank,
        "among": among.astype(np.int32),
        "score": found.score,
        "wrong_score": found.wrong_score,
        "wrong": _as_bytes([expected.texts[place] for place in wrong]),
        "ranks": np.stack(ranks, 1) if ranks else np.zeros((len(vectors), 0), np.int32),
        "map": places_on_map(vectors),
    }


def vectors_of_right_texts(predict: Predict, expected: ExpectedTexts, *, batch_tokens: int) -> np.ndarray:
    """Vectors of the R texts that are right for some row, in the order of `ExpectedTexts.right`, float32 [R, H]."""
    dataset, order = evaluation_batches(expected.tokens, batch_tokens=batch_tokens)
    ((_, vectors),) = predict(dataset, order).items()
    return np.asarray(vectors)[expected.right]


def also_right(expected: ExpectedTexts, right: np.ndarray) -> RaggedRows:
    """Places, among those that are right for some row, of the texts that are right for a row too: those of rows of the
    same text, and the row's own text; int [N, …].

    Args:
        expected: Of N rows.
        right: Place of the right text of each, int [N].
    """
    own = expected.numbers[:, 0].tolist()
    found: dict[int, set[int]] = collections.defaultdict(set)
    for number, place in zip(own, right.tolist(), strict=True):
        found[number].add(place)
    for place, number in enumerate(expected.right.tolist()):
        if number in found:
            found[number].add(place)
    rows = [sorted(found[number] - {place}) for number, place in zip(own, right.tolist(), strict=True)]
    values = np.array(list(itertools.chain.from_iterable(rows)), np.int64)
    return RaggedRows.of_lengths(values, np.array(list(map(len, rows)), np.int64))


def _as_bytes(texts: list[bytes]) -> RaggedRows:
    return RaggedRows.of_lengths(np.frombuffer(b"".join(texts), np.uint8), np.array(list(map(len, texts)), np.int64))
