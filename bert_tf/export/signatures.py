"""What an exported model answers to: raw text, serialised examples, or token ids."""

import functools
import pathlib
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, cast

import numpy as np
import tensorflow as tf
from tensorflow.python.saved_model.fingerprinting_utils import write_fingerprint

from bert_tf.export.answer_search import AnswerSearch
from bert_tf.export.history_signatures import HistorySignatures
from bert_tf.export.task_serving import ExampleSignature, TextOutputs
from bert_tf.models.task_network import HistoryNetwork, Outputs, TaskNetwork, TextNetwork
from bert_tf.models.word_outputs import Inputs, WindowParts, WordReader, row_lengths, word_reader
from bert_tf.text.byte_places import byte_spans
from bert_tf.text.encoded import FEATURES, MODEL_INPUTS
from bert_tf.text.packing import Packed, model_inputs
from bert_tf.text.window_packing import PackedWindows
from bert_tf.text.window_words import is_taken
from bert_tf.text.windows import Windows
from bert_tf.text.word_places import WordSpans

Signatures = dict[str, tf.types.experimental.ConcreteFunction]


class GraphTokenizer(Protocol):
    """A tokenizer in the graph; `bert_tf.text.tokenizer.WordpieceTokenizer`."""

    @property
    def pad_id(self) -> int: ...
    def pack(self, texts: tf.Tensor, pairs: tf.Tensor | None = None, *, max_tokens: int) -> Packed: ...
    def pack_windows(self, texts: tf.Tensor, windows: Windows) -> PackedWindows: ...
    @property
    def begins_word(self) -> np.ndarray: ...
    def word_spans(self, texts: tf.Tensor) -> WordSpans: ...


class ServingModule(tf.Module):
    """A model and the tokenizer that made its training ids, as functions with named inputs and outputs.

    Args:
        outputs: From inputs to the task's outputs, on plain TensorFlow kernels: a server need not compile anything.
        variables: What `outputs` reads.
        network: Merges the outputs of windows, and turns outputs into what is served.
        example_signatures: Those of serialised examples, beside `serving_default` and `from_ids`.
        tokenizer: In the graph, or None for a model that is served token ids.
        max_tokens: Longest row; longer texts are truncated.
        pairs: Whether an example is two texts.
        windows: Splits longer texts instead of truncating them; for single texts only.
        text_signatures: Those of raw text beside `serving_default`, by name; for single texts only.
        search: Finds answers by the `vector` that the task serves, of single texts with a tokenizer: what it finds is
            `serving_default`, and `answer`.
        ranks: Whether `network` is a `HistoryNetwork`, so that there are the signatures of `HistorySignatures`.
    """

    def __init__(
        self,
        *,
        outputs: Callable[[Inputs], Outputs],
        variables: Sequence[tf.Variable],
        network: TaskNetwork,
        example_signatures: Sequence[ExampleSignature],
        tokenizer: GraphTokenizer | None,
        max_tokens: int,
        pairs: bool,
        windows: Windows | None = None,
        text_signatures: Mapping[str, TextOutputs] = types.MappingProxyType({}),
        search: AnswerSearch | None = None,
        ranks: bool = False,
    ) -> None:
        super().__init__(name="serving")
        # The variables and not a Keras model: saving a model traces calls that nobody serves.
        self.weights = list(variables)
        self.tokenizer, self.search = tokenizer, search
        self._network = network
        self._reader = word_reader(network, None if tokenizer is None else tokenizer.begins_word)
        self.example_signatures = () if tokenizer is None else tuple(example_signatures)
        self._text_signatures = text_signatures
        self._max_tokens, self._pairs, self._windows = max_tokens, pairs, windows
        self._ranks = ranks
        ids = {name: tf.TensorSpec([None, None], tf.int32, name=name) for name in MODEL_INPUTS}
        features = cast(HistoryNetwork, network).features if ranks else None
        if features is not None:
            ids[FEATURES] = tf.TensorSpec([None, features.size], tf.float32, name=FEATURES)
        # One function that all signatures call, so that its constants are saved once. It is traced already: saving
        # would trace what is not, and save its constants again.
        self._of_items = tf.function(
            _also_of_nothing(outputs), input_signature=[ids], autograph=False
        ).get_concrete_function()
        self._outputs = self._of_items if features is None else _of_texts(self._of_items, features.size)

    def signatures(self) -> Signatures:
        """Functions by signature name, traced when they are asked for first.

        With a tokenizer `serving_default`, from text; those of the task, from single texts, and from serialised
        `tf.train.Example`s with the features `text` and, for pairs, `text_pair`, as one of TensorFlow Serving's APIs
        calls them; `from_ids`. Without a tokenizer `serving_default` is `from_ids`.
        """
        return dict(self._signatures)

    # Unlike an attribute that is set, this is none of what a SavedModel keeps of the module.
    @functools.cached_property
    def _signatures(self) -> Signatures:
        from_ids = _traced(self._from_ids, MODEL_INPUTS, tf.TensorSpec([None, None], tf.int32))
        tokenizer = self.tokenizer
        if tokenizer is None:
            return {"serving_default": from_ids, "from_ids": from_ids}

        def from_text(text: tf.Tensor) -> Outputs:
            found = self._answers(tokenizer, text)
            if self.search is None:
                return found
            return {**self.search(found["vector"]), "truncated": found["truncated"]}

        def from_pair(text: tf.Tensor, text_pair: tf.Tensor) -> Outputs:
            return self._answers(tokenizer, text, text_pair)

        def from_text_as(outputs: TextOutputs) -> Callable[[tf.Tensor], Outputs]:
            return lambda text: outputs(self._answers(tokenizer, text))

        names = ("text", "text_pair") if self._pairs else ("text",)

        def from_examples(signature: ExampleSignature) -> Callable[[tf.Tensor], Outputs]:
            def answer(inputs: tf.Tensor) -> Outputs:
                parsed = tf.io.parse_example(inputs, {name: tf.io.FixedLenFeature([], tf.string) for name in names})
                return signature.outputs(self._answers(tokenizer, *(parsed[name] for name in names)))

            return answer

        strings = tf.TensorSpec([None], tf.string)
        own = {name: _traced(from_text_as(each), ("text",), strings) for name, each in self._text_signatures.items()}
        own |= {each.api: _traced(from_examples(each), ("inputs",), strings) for each in self.example_signatures}
        default = _traced(from_pair if self._pairs else from_text, names, strings)
        named = {} if self.search is None else {"answer": default}
        if self._ranks:
            network = cast(HistoryNetwork, self._network)
            lists = HistorySignatures(self._of_items, network, tokenizer, max_tokens=self._max_tokens)
            named |= lists.functions(self.search)
        return {"serving_default": default, **named, **own, "from_ids": from_ids}

    @property
    def methods(self) -> dict[str, str]:
        """What TensorFlow Serving calls the method of signatures that are not for Predict, by signature name."""
        return {each.api: f"tensorflow/serving/{each.api}" for each in self.example_signatures}

    def _from_ids(self, input_ids: tf.Tensor, attention_mask: tf.Tensor, token_type_ids: tf.Tensor) -> Outputs:
        inputs = dict(zip(MODEL_INPUTS, (input_ids, attention_mask, token_type_ids), strict=True))
        outputs = self._outputs(inputs)
        return self._network.decode(outputs) if self._reader is None else self._of_tokens(self._reader, outputs, inputs)

    def _answers(self, tokenizer: GraphTokenizer, texts: tf.Tensor, pairs: tf.Tensor | None = None) -> Outputs:
        if self._reader is not None:
            return self._of_words(self._reader, tokenizer, texts)
        if self._windows is None:
            packed = tokenizer.pack(texts, pairs, max_tokens=self._max_tokens)
            outputs, truncated = self._outputs(_padded(packed, tokenizer)), packed.truncated
        else:
            packed, text_of, truncated = tokenizer.pack_windows(texts, self._windows)
            weights = tf.cast(packed.ids.row_lengths(), tf.float32)
            outputs = self._outputs(_padded(packed, tokenizer))
            outputs = cast(TextNetwork, self._network).merge(
                outputs, weights=weights, text_of=text_of, texts=tf.size(texts)
            )
        return {**self._network.decode(outputs), "truncated": truncated}

    def _of_words(self, reader: WordReader, tokenizer: GraphTokenizer, texts: tf.Tensor) -> Outputs:
        """Answers by the words of the texts that are in the rows, in their order."""
        if self._windows is None:
            packed = tokenizer.pack(texts, max_tokens=self._max_tokens)
            inputs, truncated = _padded(packed, tokenizer), packed.truncated
            words = reader.of_rows(self._outputs(inputs), inputs)
        else:
            packed, text_of, truncated = tokenizer.pack_windows(texts, self._windows)
            inputs = _padded(packed, tokenizer)
            taken = is_taken(self._windows, text_of, tf.shape(inputs["input_ids"])[1])
            parts = WindowParts(taken, text_of, tf.size(texts, tf.int64))
            words = reader.of_windows(self._outputs(inputs), inputs, parts)
        read = row_lengths(words)
        spans = tokenizer.word_spans(texts)
        if reader.network.counts_bytes:
            spans = byte_spans(texts, spans)
        starts, ends, joined_to = (_heads(each, read) for each in spans)
        joined = reader.joined(words, joined_to)
        return {**reader.network.decode_words(joined, starts=starts, ends=ends), "truncated": truncated}

    def _of_tokens(self, reader: WordReader, outputs: Outputs, inputs: Inputs) -> Outputs:
        """Answers of words, each where its first token is; zeros and "" at the other tokens."""
        begins = reader.tokens(inputs).begins
        answers = reader.network.decode(reader.joined(reader.of_rows(outputs, inputs)))
        word = tf.cumsum(tf.cast(begins, tf.int32), 1, exclusive=True)
        return {name: _at_tokens(values, begins, word) for name, values in answers.items()}


def _at_tokens(values: tf.Tensor, begins: tf.Tensor, word: tf.Tensor) -> tf.Tensor:
    """Values of words, [B, words], at the tokens that begin them, bool [B, L]; `word` is the number of each."""
    padded = tf.pad(values, [[0, 0], [0, 1]], constant_values="" if values.dtype == tf.string else 0)
    return tf.where(begins, tf.gather(padded, word, batch_dims=1), "" if values.dtype == tf.string else 0)


def _heads(rows: tf.RaggedTensor, lengths: tf.Tensor) -> tf.RaggedTensor:
    """The first values of each row, int64 [B]; no row has fewer."""
    places = tf.ragged.range(rows.row_starts(), rows.row_starts() + lengths)
    return places.with_flat_values(tf.gather(rows.flat_values, places.flat_values))


def _also_of_nothing(outputs: Callable[[Inputs], Outputs]) -> Callable[[Inputs], Outputs]:
    """The same function, which answers an empty batch too, where there is no first token to look at."""

    def padded(inputs: Inputs) -> Outputs:
        rows, length = tf.unstack(tf.shape(inputs["input_ids"]))
        missing = tf.cast(rows == 0, tf.int32)
        room = [[0, missing], [0, missing * tf.cast(length == 0, tf.int32)]]
        of_features = [[0, missing], [0, 0]]
        found = outputs(
            {name: tf.pad(each, of_features if name == FEATURES else room) for name, each in inputs.items()}
        )
        return {name: values[:rows] for name, values in found.items()}

    return padded


def _of_texts(outputs: Callable[[Inputs], Outputs], features: int) -> Callable[[Inputs], Outputs]:
    """The same function of texts of which nothing else is known."""

    def known(inputs: Inputs) -> Outputs:
        rows = tf.shape(inputs["input_ids"])[0]
        return outputs({**inputs, FEATURES: tf.zeros([rows, features])})

    return known


def _padded(packed: Packed, tokenizer: GraphTokenizer) -> Inputs:
    return model_inputs(packed, pad_id=tokenizer.pad_id, pad_to=None)


def _traced(
    function: Callable[..., Outputs], names: Sequence[str], spec: tf.TensorSpec
) -> tf.types.experimental.ConcreteFunction:
    """A function of tensors of one kind, which are named in the signature as its arguments are."""
    specs = [tf.TensorSpec(spec.shape, spec.dtype, name=name) for name in names]
    return tf.function(function, input_signature=specs, autograph=False).get_concrete_function()


def save(module: ServingModule, folder: pathlib.Path) -> Signatures:
    """Write a SavedModel into an empty folder and return its signatures.

    TensorFlow calls the method of every signature "predict". TensorFlow Serving lets its other APIs call that, unless
    it is started with `--enable_signature_method_name_check`; so theirs get the names that they are then asked for.
    """
    signatures = module.signatures()
    tf.saved_model.save(module, str(folder), signatures=signatures)
    if module.methods:
        updater = tf.compat.v1.saved_model.signature_def_utils.MethodNameUpdater(str(folder))
        for name, method in module.methods.items():
            updater.replace_method_name(name, method)
        updater.save()
        # The fingerprint is of saved_model.pb, which has changed.
        write_fingerprint(str(folder))
    return signatures


def describe(signatures: Signatures) -> dict[str, dict[str, dict[str, str]]]:
    """For the manifest: `{signature: {"inputs": {name: "string[None]"}, "outputs": {…}}}`."""

    def shown(specs: dict[str, tf.TensorSpec]) -> dict[str, str]:
        return {name: f"{spec.dtype.name}{list(spec.shape)}" for name, spec in sorted(specs.items())}

    return {
        name: {
            "inputs": shown({spec.name: spec for spec in function.structured_input_signature[0]}),
            "outputs": shown(function.structured_outputs),
        }
        for name, function in signatures.items()
    }
