"""Requests that TensorFlow Serving answers while it loads a version: no user's is then the first of its shape.

`assets.extra/tf_serving_warmup_requests` is a TFRecord file of PredictionLog messages, at most 1,000; one that can't be
answered fails the load. https://www.tensorflow.org/tfx/serving/saved_model_warmup
"""

import itertools
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any

import tensorflow as tf

from bert_tf.errors import ExportError
from bert_tf.export.history_signatures import CANDIDATES, HISTORY, RANK, USER, candidate_inputs, history_inputs
from bert_tf.models.task_network import HistoryNetwork
from bert_tf.text.encoded import MODEL_INPUTS, SINGLE_SPECIALS
from bert_tf.text.tokenizer import WordpieceTokenizer
from bert_tf.text.windows import Windows

WARMUP_FILE = pathlib.PurePath("assets.extra", "tf_serving_warmup_requests")

_SHORTEST = 3  # as a power of two


def write_warmup(
    version: pathlib.Path,
    *,
    name: str,
    tokenizer: WordpieceTokenizer | None,
    max_tokens: int,
    pairs: bool,
    windows: Windows | None,
    sizes: Sequence[int],
    text_signatures: Sequence[str],
    example_apis: Sequence[str],
    histories: HistoryNetwork | None = None,
) -> None:
    """Write the warm-up requests of a version.

    Args:
        version: Its folder.
        name: Of the model.
        tokenizer: None for a model that takes token ids only.
        max_tokens: Longest row.
        pairs: Whether an example is two texts.
        windows: Where long texts are split instead of cut.
        sizes: Of batches.
        text_signatures: Those of texts beside `serving_default`.
        example_apis: Of the signatures of serialised examples; see `ExampleSignature`.
        histories: The network of a model with the signatures of `HistorySignatures`.

    Raises:
        ExportError: the vocabulary has no word that is one token.
    """
    path = version / WARMUP_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    lengths = row_lengths(max_tokens)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for log in _id_logs(name, sizes, lengths, default=tokenizer is None):
            writer.write(log.SerializeToString())
        if tokenizer is not None:
            # A text that gives the most windows.
            lengths += [] if windows is None else [windows.longest_row]
            word = one_token_word(tokenizer)
            specials = tokenizer.specification.pair_specials if pairs else SINGLE_SPECIALS
            signatures = ("serving_default", *text_signatures)
            for size, length in itertools.product(sizes, lengths):
                row = _texts(word, length - specials, pairs=pairs)
                for log in _text_logs(name, size, row, signatures, example_apis):
                    writer.write(log.SerializeToString())
            for log in _history_logs(name, word, histories):
                writer.write(log.SerializeToString())


def row_lengths(max_tokens: int) -> list[int]:
    """Tokens of the rows that a model is warmed up with: 8, 16, 32 and so on, and `max_tokens`.

    A batch may have any length up to that. Nothing is compiled for one; the lengths between need no more than memory
    and kernels that those beside them have already asked for.
    """
    powers = (1 << power for power in range(_SHORTEST, max_tokens.bit_length()))
    return [*(length for length in powers if length < max_tokens), max_tokens]


def one_token_word(tokenizer: WordpieceTokenizer) -> bytes:
    """A word that is one token, so that repeating it gives texts of any length.

    Raises:
        ExportError: the vocabulary has none.
    """
    words = [token.encode() for token in tokenizer.specification.vocabulary if token is not None and token.isalpha()]
    encoded = tokenizer.encode_batch(words, max_tokens=SINGLE_SPECIALS + 2)
    for word, length in zip(words, encoded.lengths, strict=True):
        if length == SINGLE_SPECIALS + 1:
            return word
    raise ExportError("No word of the vocabulary is a single token, so no warm-up requests can be made.")


def _id_logs(name: str, sizes: Sequence[int], lengths: Sequence[int], *, default: bool) -> Iterator[Any]:
    for size, length in itertools.product(sizes, lengths):
        # 1 is an id of every vocabulary, and in the mask it is a token.
        inputs = {key: _filled(0 if key == "token_type_ids" else 1, [size, length]) for key in MODEL_INPUTS}
        for signature in ("serving_default", "from_ids") if default else ("from_ids",):
            yield _prediction(name, signature, inputs)


def _text_logs(
    name: str, size: int, row: dict[str, bytes], signatures: Sequence[str], example_apis: Sequence[str]
) -> Iterator[Any]:
    for signature in signatures:
        yield _prediction(name, signature, {key: _filled(text, [size]) for key, text in row.items()})
    for api in example_apis:
        yield _examples(name, api, row, size)


def _history_logs(name: str, word: bytes, network: HistoryNetwork | None) -> Iterator[Any]:
    if network is None:
        return
    # Different texts: what comes twice is computed once.
    texts = [b" ".join([word] * count) for count in range(1, network.history + 1)]
    history, candidates = history_inputs(network), candidate_inputs(network)
    inputs = {
        own: _filled(word if dtype == tf.string else 1.0, [1, len(texts)])
        for own, dtype in {**history, **candidates}.items()
    }
    inputs |= {own: tf.make_tensor_proto([texts], dtype=tf.string) for own in (HISTORY, CANDIDATES)}
    yield _prediction(name, RANK, inputs)
    yield _prediction(name, USER, {own: inputs[own] for own in history})


def _texts(word: bytes, tokens: int, *, pairs: bool) -> dict[str, bytes]:
    """Inputs of a row with so many tokens beside the special ones."""
    if not pairs:
        return {"text": b" ".join([word] * tokens)}
    first = tokens // 2
    return {"text": b" ".join([word] * first), "text_pair": b" ".join([word] * (tokens - first))}


def _filled(value: float | bytes, shape: Sequence[int]) -> Any:
    """A TensorProto with one value in all places, which it holds once."""
    dtype = tf.string if isinstance(value, bytes) else tf.int32 if isinstance(value, int) else tf.float32
    return tf.make_tensor_proto(value, dtype=dtype, shape=shape)


def _prediction(name: str, signature: str, inputs: dict[str, Any]) -> Any:
    from tensorflow_serving.apis import prediction_log_pb2

    log = prediction_log_pb2.PredictionLog()
    request = log.predict_log.request
    request.model_spec.name, request.model_spec.signature_name = name, signature
    for key, tensor in inputs.items():
        request.inputs[key].CopyFrom(tensor)
    return log


def _examples(name: str, api: str, row: dict[str, bytes], size: int) -> Any:
    from tensorflow_serving.apis import prediction_log_pb2

    log = prediction_log_pb2.PredictionLog()
    request = getattr(log, f"{api}_log").request
    request.model_spec.name, request.model_spec.signature_name = name, api
    for _ in range(size):
        features = request.input.example_list.examples.add().features.feature
        for key, text in row.items():
            features[key].bytes_list.value.append(text)
    return log
