"""Ids for training: the tokenizer's own graph, called from Python on many texts."""

import functools
from collections.abc import Callable, Sequence
from typing import Protocol

import tensorflow as tf

from bert_tf.ragged_rows import RaggedRows
from bert_tf.text.encoded import EncodedBatch
from bert_tf.text.packing import Packed
from bert_tf.text.word_places import WordPlaces, WordSpans

_TEXTS, _COUNT = tf.TensorSpec([None], tf.string), tf.TensorSpec([], tf.int32)


class Packer(Protocol):
    """A tokenizer in the graph."""

    def pack(self, texts: tf.Tensor, pairs: tf.Tensor | None = None, *, max_tokens: int | tf.Tensor) -> Packed:
        """Packed rows of texts or pairs."""

    def word_spans(self, texts: tf.Tensor) -> WordSpans:
        """Where each word stands."""


class BatchEncoder:
    """Traces a tokenizer once for single texts and once for pairs, whatever the size of a batch.

    A plain object between the tokenizer and its traced functions keeps them out of SavedModels that hold the tokenizer.
    """

    def __init__(self, tokenizer: Packer) -> None:
        self._tokenizer = tokenizer

    def encode(self, texts: Sequence[bytes], pairs: Sequence[bytes] | None, *, max_tokens: int) -> EncodedBatch:
        """Packed rows as NumPy arrays; see `WordpieceTokenizer.encode_batch`."""
        columns = [tf.constant(list(column), tf.string) for column in (texts, pairs) if column is not None]
        packed = (self._single if pairs is None else self._pair)(*columns, tf.constant(max_tokens))
        return EncodedBatch(
            ids=packed.ids.flat_values.numpy(),
            lengths=packed.ids.row_lengths().numpy().astype("int32"),
            first_lengths=packed.first_lengths.numpy().astype("int32"),
            truncated=packed.truncated.numpy(),
        )

    def places(self, texts: Sequence[bytes]) -> WordPlaces:
        """Where words stand; see `WordpieceTokenizer.word_spans`."""
        spans = self._word_spans(tf.constant(list(texts), tf.string))
        splits = spans.starts.row_splits.numpy()
        return WordPlaces(*(RaggedRows(each.flat_values.numpy(), splits) for each in spans))

    @functools.cached_property
    def _word_spans(self) -> Callable[..., WordSpans]:
        return tf.function(self._tokenizer.word_spans, input_signature=[_TEXTS], autograph=False)

    @functools.cached_property
    def _single(self) -> Callable[..., Packed]:
        return tf.function(
            lambda texts, max_tokens: self._tokenizer.pack(texts, max_tokens=max_tokens),
            input_signature=[_TEXTS, _COUNT],
            autograph=False,
        )

    @functools.cached_property
    def _pair(self) -> Callable[..., Packed]:
        return tf.function(
            lambda texts, pairs, max_tokens: self._tokenizer.pack(texts, pairs, max_tokens=max_tokens),
            input_signature=[_TEXTS, _TEXTS, _COUNT],
            autograph=False,
        )
