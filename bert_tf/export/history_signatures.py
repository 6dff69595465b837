"""What a model that ranks items answers to: a user's history, and candidates or an index of items."""

from collections.abc import Callable
from typing import Protocol

import tensorflow as tf

from bert_tf.export.answer_search import NO_SCORE, AnswerSearch
from bert_tf.models.task_network import HistoryNetwork, Outputs
from bert_tf.text.encoded import FEATURES
from bert_tf.text.packing import Packed, model_inputs

RANK, USER, RECOMMEND = "rank", "user", "recommend"
HISTORY, CANDIDATES, AGE = "history", "candidates", "history_age"
NO_CANDIDATE = NO_SCORE
_TEXT = "text"  # of an item, beside its features
_AT_ONCE = 512  # texts whose activations are in memory together

Lists = dict[str, tf.Tensor]
HistoryFunctions = dict[str, tf.types.experimental.ConcreteFunction]


class _Tokenizer(Protocol):
    """As of `bert_tf.export.signatures.GraphTokenizer`."""

    @property
    def pad_id(self) -> int: ...
    def pack(self, texts: tf.Tensor, pairs: tf.Tensor | None = None, *, max_tokens: int) -> Packed: ...


def history_inputs(network: HistoryNetwork) -> dict[str, tf.DType]:
    """Types of what the signatures take of a history, by input: `history`, and where the network reads them
    `history_<feature>` of each feature and `history_age`, how long ago items were liked."""
    age = {AGE: tf.float32} if network.reads_age else {}
    return {HISTORY: tf.string, **_of_list(HISTORY, network), **age}


def candidate_inputs(network: HistoryNetwork) -> dict[str, tf.DType]:
    """The same of candidates: `candidates`, and `candidates_<feature>` of each feature."""
    return {CANDIDATES: tf.string, **_of_list(CANDIDATES, network)}


def _of_list(name: str, network: HistoryNetwork) -> dict[str, tf.DType]:
    features = network.features
    return {} if features is None else {f"{name}_{own}": dtype for own, dtype in features.inputs.items()}


class HistorySignatures:
    """Functions from raw texts: `history`, string [B, H], the newest item first, and `candidates`, string [B, C], with
    what else `history_inputs` and `candidate_inputs` name, of the same shapes.

    Lists of a batch are as long as the longest; "" is none, wherever it stands. An item that comes several times in a
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
        `vector`, float32 [B, D], of length 1; with an index `recommend` to what it finds for that vector, without what
        is in the history. All have `history_cut`, bool [B], whether a history is longer than what is read of it.
        """
        history, candidates = history_inputs(self._network), candidate_inputs(self._network)

        def user(lists: Lists) -> Outputs:
            vectors, cut = self._users(lists)
            return {"vector": vectors, "history_cut": cut}

        def recommend(lists: Lists) -> Outputs:
            vectors, cut = self._users(lists)
            # Nobody calls it without an index.
            found = {} if search is None else search.without(vectors, lists[HISTORY])
            return {**found, "history_cut": cut}

        found = {RANK: _traced(self._ranked, {**history, **candidates}), USER: _traced(user, history)}
        return {**found, **({} if search is None else {RECOMMEND: _traced(recommend, history)})}

    def _users(self, lists: Lists) -> tuple[tf.Tensor, tf.Tensor]:
        read, cut = self._read(lists)
        outputs, (places,) = self._of_items(self._items(HISTORY, read))
        return self._network.users(outputs, places, read.get(AGE)), cut

    def _ranked(self, lists: Lists) -> Outputs:
        read, cut = self._read(lists)
        both = self._items(HISTORY, read), self._items(CANDIDATES, lists)
        outputs, (places, of_candidates) = self._of_items(*both)
        items = tf.gather(outputs["vector"], of_candidates)
        scores = tf.einsum("bh,bch->bc", self._network.users(outputs, places, read.get(AGE)), items)
        return {"scores": tf.where(of_candidates > 0, scores, NO_CANDIDATE), "history_cut": cut}

    def _read(self, lists: Lists) -> tuple[Lists, tf.Tensor]:
        """The newest items of each history, and whether there are more; what is none is left out between them."""
        is_there, longest = lists[HISTORY] != "", self._network.history
        kept = {name: tf.ragged.boolean_mask(lists[name], is_there) for name in history_inputs(self._network)}
        read = {name: each[:, :longest].to_tensor() for name, each in kept.items()}
        return read, kept[HISTORY].row_lengths() > longest

    def _items(self, name: str, lists: Lists) -> Lists:
        """Texts and features of the items of a list, by the names that features have without it."""
        features = {} if self._network.features is None else self._network.features.inputs
        return {_TEXT: lists[name], **{own: lists[f"{name}_{own}"] for own in features}}

    def _of_items(self, *lists: Lists) -> tuple[Outputs, list[tf.Tensor]]:
        """Outputs of the different items, the empty one first, and where the items of each list are among them."""
        sizes = [tf.size(each[_TEXT]) for each in lists]
        flat = {
            name: tf.concat([tf.zeros([1], first.dtype), *(tf.reshape(each[name], [-1]) for each in lists)], 0)
            for name, first in lists[0].items()
        }
        keys, places = tf.unique(_keys(flat))
        first_of = tf.math.unsorted_segment_min(tf.range(tf.size(places)), places, tf.size(keys))
        starts = tf.cumsum([1, *sizes])
        found = [
            tf.reshape(places[starts[index] : starts[index + 1]], tf.shape(each[_TEXT]))
            for index, each in enumerate(lists)
        ]
        return self._computed({name: tf.gather(each, first_of) for name, each in flat.items()}), found

    def _computed(self, items: Lists) -> Outputs:
        """Outputs of items, N ≥ 1, some at a time."""
        shapes = {name: spec.shape[1:] for name, spec in self._outputs.structured_outputs.items()}

        def add(start: tf.Tensor, done: dict[str, tf.TensorArray]) -> tuple[tf.Tensor, dict[str, tf.TensorArray]]:
            outputs = self._outputs(
                self._inputs({name: each[start : start + _AT_ONCE] for name, each in items.items()})
            )
            return start + _AT_ONCE, {name: done[name].write(start // _AT_ONCE, outputs[name]) for name in shapes}

        texts = tf.size(items[_TEXT])
        parts = -(-texts // _AT_ONCE)
        arrays = {name: tf.TensorArray(tf.float32, parts, infer_shape=False) for name in shapes}
        # More at a time would hold the activations of that many parts.
        _, done = tf.while_loop(lambda start, _: start < texts, add, (0, arrays), parallel_iterations=1)
        return {name: tf.ensure_shape(done[name].concat(), [None, *shape]) for name, shape in shapes.items()}

    def _inputs(self, items: Lists) -> Lists:
        """What the model reads of items; of the empty one no features."""
        packed = self._tokenizer.pack(items[_TEXT], max_tokens=self._max_tokens)
        inputs = model_inputs(packed, pad_id=self._tokenizer.pad_id, pad_to=None)
        if self._network.features is None:
            return inputs
        is_there = tf.cast(items[_TEXT] != "", tf.float32)[:, tf.newaxis]
        return {**inputs, FEATURES: tf.math.multiply_no_nan(self._network.features(items), is_there)}


def _keys(items: Lists) -> tf.Tensor:
    """A string for each item, equal where text and features are."""
    text, *features = items.values()
    if not features:
        return text
    parts = [each if each.dtype == tf.string else tf.strings.as_string(tf.bitcast(each, tf.int32)) for each in features]
    return tf.where(text == "", "", tf.strings.join([text, *parts], "\xff"))


def _traced(
    function: Callable[[Lists], Outputs], inputs: dict[str, tf.DType]
) -> tf.types.experimental.ConcreteFunction:
    """A function of lists by input, [B, N] each."""
    specs = [tf.TensorSpec([None, None], dtype, name=name) for name, dtype in inputs.items()]

    def of_lists(*lists: tf.Tensor) -> Outputs:
        return function(dict(zip(inputs, lists, strict=True)))

    return tf.function(of_lists, input_signature=specs, autograph=False).get_concrete_function()
