"""From vectors of items to where each row's item stands for its user, beside rankings that read no texts."""

import functools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import tensorflow as tf

from bert_tf.batches.dataset import evaluation_batches
from bert_tf.evaluation.compute_outputs import Arrays
from bert_tf.evaluation.item_baselines import CoOccurrence, popularity_scores
from bert_tf.evaluation.item_ranking import TOP, ItemRanking, ScoresOf, rank_items
from bert_tf.models.id_towers import IdTowers, fit_best
from bert_tf.models.task_network import HistoryNetwork, Outputs
from bert_tf.ragged_rows import RaggedRows
from bert_tf.workflow.interactions import Interactions

Predict = Callable[[Iterable[dict[str, Any]], np.ndarray], Arrays]  # as of `Predictor`

_USERS = 4096  # whose vectors are made at once
_UNKNOWN = -2.0  # below any cosine: of an item that ids know nothing of
_SIZE = 64  # of the vectors of ids
_EPOCHS, _PATIENCE = 40, 4
_LENGTHS = (3, 5, 10)  # of histories, that co-occurrence may read
_SHOWN = 5  # items of a history that are kept for people


def item_outputs(network: HistoryNetwork, predict: Predict, found: Interactions, *, batch_tokens: int) -> Arrays:
    """What is kept of the rankings of N rows, by name.

    Args:
        network: Of the model.
        predict: Of the model; is asked for the outputs of all items.
        found: The rows.
        batch_tokens: As of `evaluation_batches`.

    Returns:
        As of `ItemRanking`, `wrong` as text in UTF-8, `RaggedRows` of uint8; `items`, how many there are; `is_new`,
        whether the row's item has no training event; `liked_before`, how long its user's history is, int32 [N];
        `history`, the newest texts of it, with bytes between them that UTF-8 never has.
    """
    dataset, order = evaluation_batches(found.tokens, batch_tokens=batch_tokens, features=found.features)
    ranked = _ranked(found, _vector_scores(network, predict(dataset, order), found))
    newest = found.histories.newest(_SHOWN)
    return {
        **ranked.as_outputs(),
        "wrong": _as_bytes([found.texts[place + 1] for place in ranked.wrong]),
        "items": np.full(len(found), found.known, np.int32),
        "is_new": found.is_new,
        "liked_before": found.histories.lengths.astype(np.int32),
        "history": _as_bytes([b"\xff".join(found.texts[item] for item in row if item) for row in newest]),
    }


class ItemBaselines:
    """Rankings that read no texts, made from the training events.

    Args:
        network: Of the model: ids are learned with its towers and its loss.
        train: The training events.
        validation: Chooses the epoch of the ids, and how much of a history co-occurrence reads; None where there is
            none.
        weights: Of the training events, float32 [N].
        seed: Of the ids.
    """

    def __init__(
        self,
        network: HistoryNetwork,
        train: Interactions,
        validation: Interactions | None,
        *,
        weights: np.ndarray,
        seed: int,
    ) -> None:
        self._network, self._train, self._validation = network, train, validation
        self._weights, self._seed = weights, seed

    def outputs(self, found: Interactions) -> Arrays:
        """`popularity`, `cooccurrence` and `ids`, each with `_rank` int32 [N] and `_top` int32 [N, 10]."""
        by_name = {
            "popularity": popularity_scores(found.counts[1 : found.known + 1]),
            "cooccurrence": self._together(found),
            "ids": self._by_ids(self._ids, found),
        }
        ranked = {name: _ranked(found, scores) for name, scores in by_name.items()}
        return {
            f"{name}_{part}": getattr(ranking, part) for name, ranking in ranked.items() for part in ("rank", "top")
        }

    def _together(self, found: Interactions, newest: int | None = None) -> ScoresOf:
        train, newest = self._train, self._newest if newest is None else newest
        pairs = CoOccurrence(train.users, train.items - 1, count=found.known)
        return pairs.scores(found.histories.newest(newest) - 1)

    @functools.cached_property
    def _newest(self) -> int:
        """How much of a history co-occurrence reads: what is best on the validation rows."""
        found, longest = self._validation, self._train.longest
        if found is None:
            return longest
        lengths = [*(length for length in _LENGTHS if length < longest), longest]
        return max(lengths, key=lambda length: _gain(found, self._together(found, length)))

    @functools.cached_property
    def _ids(self) -> Outputs:
        train, values = self._train, self._network.head_values(_SIZE)
        towers = IdTowers(self._network, values=values, items=len(train.texts), seed=self._seed)
        score = None if self._validation is None else functools.partial(self._score, self._validation)
        epochs = _EPOCHS if score else _EPOCHS // 2
        fit_best(towers, train.numbers, self._weights, epochs=epochs, score=score, patience=_PATIENCE)
        return towers.outputs()

    def _score(self, found: Interactions, outputs: Outputs) -> float:
        return _gain(found, self._by_ids(outputs, found))

    def _by_ids(self, outputs: Outputs, found: Interactions) -> ScoresOf:
        arrays = {name: values.numpy() for name, values in outputs.items()}
        is_known = found.counts > 0
        is_known[0] = True
        # Of an item without events, what stands in its place is what it began with.
        read = np.where(is_known[found.read], found.read, 0)
        scores = _vector_scores(self._network, arrays, found, read=read)
        return lambda rows: np.where(is_known[1 : found.known + 1], scores(rows), _UNKNOWN)


def _gain(found: Interactions, scores: ScoresOf) -> float:
    """nDCG@10."""
    rank = _ranked(found, scores).rank
    return float(np.where(rank <= TOP, 1 / np.log2(1 + rank), 0).mean())


def _ranked(found: Interactions, scores: ScoresOf) -> ItemRanking:
    whole = found.histories.whole
    return rank_items(
        scores, items=found.known, right=found.items - 1, left_out=RaggedRows(whole.values - 1, whole.splits)
    )


def _vector_scores(
    network: HistoryNetwork, outputs: Arrays, found: Interactions, *, read: np.ndarray | None = None
) -> ScoresOf:
    """Cosines of users with items, of outputs of all texts."""
    read = found.read if read is None else read
    tensors = {name: tf.constant(values) for name, values in outputs.items()}
    parts = [slice(at, at + _USERS) for at in range(0, max(len(read), 1), _USERS)]
    made = [network.users(tensors, tf.constant(read[part]), tf.constant(found.ages[part])) for part in parts]
    users = np.concatenate([each.numpy() for each in made])
    items = np.asarray(outputs["vector"])[1 : found.known + 1]
    return lambda rows: users[rows] @ items.T


def _as_bytes(texts: list[bytes]) -> RaggedRows:
    return RaggedRows.of_lengths(np.frombuffer(b"".join(texts), np.uint8), np.array(list(map(len, texts)), np.int64))
