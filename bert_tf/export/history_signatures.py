"""What a model that ranks items answers to: a user's history, and candidates or an index of items."""

from collections.abc import Callable
from typing import Protocol

import tensorflow as tf

from bert_tf.export.answer_search import AnswerSearch
from bert_tf.models.task_network import HistoryNetwork, Outputs
from bert_tf.text.packing import Packed, model_inputs

RANK, USER, RECOMMEND = "rank", "user", "recommend"
NO_CANDIDATE = -2.0  # the score of a place without a candidate: below any cosine
_AT_ONCE = 512  # texts whose activations are in memory together

HistoryFunctions = dict[str, tf.types.experimental.ConcreteFunction]


class _Tokenizer(Protocol):
    """As of `bert_tf.export.signatures.GraphTokenizer`."""

    @property
    def pad_id(self) -> int: ...
    def pack(self, texts: tf.Tensor, pairs: tf.Tensor | None = None, *, max_tokens: int) -> Packed: ...


class HistorySignatures:
    """Functions from raw texts: `history`, string [B, H], the newest item first, and `candidates`, string [B, C].

    Lists of a batch are as long as the longest; "" is none, wherever it stands. A text that comes several times in a
    request is computed once.

    Args:
        outputs: From inputs of texts to the task's outputs, traced.
        network: Of the task.
        tokenizer: In the graph.
        max_tokens: Longest text; longer ones are cut.
    """

    def __init__(
        self,
        outputs: tf.types.experimental.ConcreteFunction,
        network: HistoryNetwork,
        tokenizer: _Tokenizer,
        *,
        max_tokens: int,
    ) -> None:
        self._outputs, self._network = outputs, network
        self._tokenizer, self._max_tokens = tokenizer, max_tokens

    def functions(self, search: AnswerSearch | None = None) -> HistoryFunctions:
        """By signature name: `rank` to `scores`, float32 [B, C], cosines, and -2 where there is no candidate; `user` to
        `vector`, float32 [B, D], of length 1; with an index `recommend` to what it finds for that vector. All have
        `history_cut`, bool [B], whether a history is longer than what is read of it.
        """
        lists = {name: tf.TensorSpec([None, None], tf.string, name=name) for name in ("history", "candidates")}

        def user(history: tf.Tensor) -> Outputs:
            vectors, cut = self._users(history)
            return {"vector": vectors, "history_cut": cut}

        def rank(history: tf.Tensor, candidates: tf.Tensor) -> Outputs:
            return self._ranked(history, candidates)

        def recommend(history: tf.Tensor) -> Outputs:
            vectors, cut = self._users(history)
            # Nobody calls it without an index.
            return {**(search(vectors) if search is not None else {}), "history_cut": cut}

        of_history = [lists["history"]]
        found = {RANK: _traced(rank, [*lists.values()]), USER: _traced(user, of_history)}
        return {**found, **({} if search is None else {RECOMMEND: _traced(recommend, of_history)})}

    def _users(self, history: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        read, cut = self._read(history)
        outputs, (places,) = self._of_texts(read)
        return self._network.users(outputs, places), cut

    def _ranked(self, history: tf.Tensor, candidates: tf.Tensor) -> Outputs:
        read, cut = self._read(history)
        outputs, (places, of_candidates) = self._of_texts(read, candidates)
        items = tf.gather(outputs["vector"], of_candidates)
        scores = tf.einsum("bh,bch->bc", self._network.users(outputs, places), items)
        return {"scores": tf.where(of_candidates > 0, scores, NO_CANDIDATE), "history_cut": cut}

    def _read(self, history: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The newest items of each history, and whether there are more; what is none is left out between them."""
        items = tf.ragged.boolean_mask(history, history != "")
        return items[:, : self._network.history].to_tensor(""), items.row_lengths() > self._network.history

    def _of_texts(self, *lists: tf.Tensor) -> tuple[Outputs, list[tf.Tensor]]:
        """Outputs of the different texts, the empty one first, and where the texts of each list are among them."""
        flat = [tf.reshape(each, [-1]) for each in lists]
        texts, places = tf.unique(tf.concat([[""], *flat], 0))
        starts = tf.cumsum([1, *(tf.size(each) for each in flat)])
        found = [
            tf.reshape(places[starts[index] : starts[index + 1]], tf.shape(each)) for index, each in enumerate(lists)
        ]
        return self._computed(texts), found

    def _computed(self, texts: tf.Tensor) -> Outputs:
        """Outputs of texts, N ≥ 1, some at a time."""
        shapes = {name: spec.shape[1:] for name, spec in self._outputs.structured_outputs.items()}

        def add(start: tf.Tensor, done: dict[str, tf.TensorArray]) -> tuple[tf.Tensor, dict[str, tf.TensorArray]]:
            packed = self._tokenizer.pack(texts[start : start + _AT_ONCE], max_tokens=self._max_tokens)
            outputs = self._outputs(model_inputs(packed, pad_id=self._tokenizer.pad_id, pad_to=None))
            return start + _AT_ONCE, {name: done[name].write(start // _AT_ONCE, outputs[name]) for name in shapes}

        parts = -(-tf.size(texts) // _AT_ONCE)
        arrays = {name: tf.TensorArray(tf.float32, parts, infer_shape=False) for name in shapes}
        # More at a time would hold the activations of that many parts.
        _, done = tf.while_loop(lambda start, _: start < tf.size(texts), add, (0, arrays), parallel_iterations=1)
        return {name: tf.ensure_shape(done[name].concat(), [None, *shape]) for name, shape in shapes.items()}


def _traced(function: Callable[..., Outputs], specs: list[tf.TensorSpec]) -> tf.types.experimental.ConcreteFunction:
    return tf.function(function, input_signature=specs, autograph=False).get_concrete_function()
