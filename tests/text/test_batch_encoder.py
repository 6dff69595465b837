"""Traced once, kept out of SavedModels."""

import pathlib

import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from bert_tf.text.batch_encoder import BatchEncoder
from bert_tf.text.packing import Packed
from bert_tf.text.tokenizer import WordpieceTokenizer


class Counting:
    """Passes on to a tokenizer, and counts how often its graph is traced."""

    def __init__(self, tokenizer: WordpieceTokenizer) -> None:
        self.traced, self._tokenizer = 0, tokenizer

    def pack(self, texts: tf.Tensor, pairs: tf.Tensor | None = None, *, max_tokens: tf.Tensor) -> Packed:
        self.traced += 1
        return self._tokenizer.pack(texts, pairs, max_tokens=max_tokens)


def test_traces_once_for_texts_and_once_for_pairs(tokenizer: WordpieceTokenizer, real_texts: list[bytes]) -> None:
    counting = Counting(tokenizer)
    encoder = BatchEncoder(counting)
    for size, max_tokens in ((1, 8), (7, 64), (0, 16), (100, 32)):
        texts = real_texts[:size]
        assert len(encoder.encode(texts, None, max_tokens=max_tokens).lengths) == size
        assert len(encoder.encode(texts, texts, max_tokens=max_tokens).lengths) == size
    assert counting.traced == 2


def test_its_functions_stay_out_of_saved_models(tokenizer: WordpieceTokenizer, tmp_path: pathlib.Path) -> None:
    tokenizer.encode_batch([b"traced before"], max_tokens=8)
    module = tf.Module()
    module.tokenizer = tokenizer
    module.lower = tf.function(tf.strings.lower, input_signature=[tf.TensorSpec([None], tf.string)])
    tf.saved_model.save(module, str(tmp_path / "model"))
    saved = SavedModel.FromString((tmp_path / "model" / "saved_model.pb").read_bytes())
    (graph,) = (graph.graph_def for graph in saved.meta_graphs)
    assert not [function for function in graph.library.function if "Wordpiece" in str(function.node_def)]
