"""WordPiece in the TensorFlow graph, with the ids of Hugging Face's fast BertTokenizer (`split_special_tokens=True`).

Text is only ever text: a literal "[SEP]" in it is brackets and letters. Malformed UTF-8 is read as Python's
`errors="replace"` reads it.

The ops beyond TensorFlow's own are those of tensorflow_text's FastWordpieceTokenizer: TF Serving links it from 2.11 on.
"""

import functools
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf

from bert_tf.errors import TextError
from bert_tf.text.batch_encoder import BatchEncoder
from bert_tf.text.characters import CharacterTable
from bert_tf.text.cutting import cut_texts
from bert_tf.text.encoded import SINGLE_SPECIALS, EncodedBatch, check_max_tokens
from bert_tf.text.offsets import source_spans
from bert_tf.text.packing import Packed, model_inputs, pack_pair, pack_single
from bert_tf.text.piece_lookup import piece_lookup
from bert_tf.text.specification import Specification
from bert_tf.text.window_packing import PackedWindows, pack_windows
from bert_tf.text.windows import Windows
from bert_tf.text.word_places import WordPlaces, WordSpans, beginnings, spans_of_words
from bert_tf.text.words import Words, WordSplitter

if TYPE_CHECKING:
    from tensorflow_text import FastWordpieceTokenizer

# Text of these bytes only needs no table: words are what tensorflow_text's own splitting finds.
_PLAIN_TEXT = r"[\t\n\r -~]*"
_MOST_BYTES_PER_CHARACTER = 4


class WordpieceTokenizer(tf.Module):
    """Text to ids, in eager code, `tf.function`, `tf.data` and SavedModels; batches of any size, also empty.

    Args:
        specification: What `specification.read_specification` read.
        table: What the tokenizer does to each character, as `characters.compile_table` asked it.
    """

    in_graph = True

    def __init__(self, specification: Specification, table: CharacterTable) -> None:
        super().__init__()
        self.specification = specification
        self._table_bytes = table.content
        self._splitter = WordSplitter(table)
        self._batch_encoder = BatchEncoder(self)
        self._whole = _TracedOnce(self._tokenize_whole)

    @functools.cached_property
    def _word_pieces(self) -> "FastWordpieceTokenizer":
        """Pieces of one word at a time."""
        longest = _MOST_BYTES_PER_CHARACTER * self.specification.max_characters
        return self._pieces(max_bytes_per_word=longest, of_texts=False)

    @functools.cached_property
    def _plain_pieces(self) -> "FastWordpieceTokenizer":
        """Pieces of whole texts that match `_PLAIN_TEXT`."""
        return self._pieces(max_bytes_per_word=self.specification.max_characters, of_texts=True)

    def _pieces(self, *, max_bytes_per_word: int, of_texts: bool) -> "FastWordpieceTokenizer":
        # 100 MiB and more of libraries, which no training needs whose token ids are in the cache.
        from tensorflow_text import FastWordpieceTokenizer

        specification = self.specification
        lookup = piece_lookup(
            specification.vocabulary,
            unknown_token=specification.unknown_token,
            max_bytes_per_word=max_bytes_per_word,
            of_texts=of_texts,
        )
        # A trace may be the first to ask.
        with tf.init_scope():
            return FastWordpieceTokenizer(token_out_type=tf.int32, model_buffer=tf.constant(lookup))

    @property
    def pad_id(self) -> int:
        """Id behind the last token of a row."""
        return self.specification.pad_id

    @property
    def vocabulary_size(self) -> int:
        """Rows that an embedding needs."""
        return self.specification.size

    @property
    def largest_id(self) -> int:
        """Largest id that a row can have: unlike `vocabulary_size`, special tokens that stand around no text are left
        out."""
        specification = self.specification
        around = (specification.cls_id, specification.sep_id, specification.pad_id)
        return max(len(specification.vocabulary) - 1, *around)

    @property
    def uses_segments(self) -> bool:
        """Whether the encoder takes `token_type_ids`."""
        return self.specification.uses_segments

    @property
    def settings(self) -> dict[str, object]:
        """What a reader of the manifest wants to know of it."""
        specification = self.specification
        return {
            "kind": "wordpiece",
            "lowercase": specification.lowercase,
            "strip_accents": specification.strip_accents,
            "split_cjk": specification.split_cjk,
            "max_characters_per_word": specification.max_characters,
            "unknown_token": specification.unknown_token,
        }

    @functools.cached_property
    def fingerprint(self) -> str:
        """Hexadecimal sha256 of all that ids depend on: vocabulary, settings, special ids, character table."""
        specification = self.specification
        described: list[object] = [
            specification.vocabulary, self.settings, specification.cls_id, specification.sep_id, specification.pad_id
        ]  # fmt: skip
        if specification.separators > 1:
            described.append(specification.separators)
        return hashlib.sha256(json.dumps(described).encode() + self._table_bytes).hexdigest()

    def tokenize(self, texts: tf.Tensor, max_tokens: int | tf.Tensor | None = None) -> tf.RaggedTensor:
        """Ids without special tokens, ragged int32 [B, tokens], of string [B].

        With `max_tokens` only the first so many tokens of a text are sure to be given, and much of a long text is left
        unread; rows may still be longer.
        """
        texts = tf.convert_to_tensor(texts, tf.string)
        if max_tokens is None:
            return self._whole(texts)
        heads, cut = cut_texts(texts, tokens=max_tokens)
        tokens = self._whole(heads)
        again = cut & (tokens.row_lengths() < tf.cast(max_tokens, tf.int64))
        return tf.cond(
            tf.reduce_any(again), lambda: self._with_whole_texts(tokens, texts, tf.where(again)[:, 0]), lambda: tokens
        )

    def tokenize_with_offsets(self, texts: tf.Tensor) -> tuple[tf.RaggedTensor, tf.RaggedTensor, tf.RaggedTensor]:
        """As `tokenize`, with where each token begins and ends: characters of the decoded text, ragged int32."""
        words = self._splitter.split(tf.convert_to_tensor(texts, tf.string))
        written, too_long = self._written(words)
        pieces, starts, ends = self._word_pieces.tokenize_with_offsets(written)
        starts, ends = source_spans(
            words, too_long=too_long, pieces=pieces, byte_starts=starts.flat_values, byte_ends=ends.flat_values
        )
        return _by_text(pieces, words), starts, ends

    @functools.cached_property
    def begins_word(self) -> np.ndarray:
        """Whether a token is the first of a word of the text, bool [vocabulary_size]."""
        specification = self.specification
        special = (specification.cls_id, specification.sep_id, specification.pad_id)
        return beginnings(specification.vocabulary, size=specification.size, special=special)

    def word_spans(self, texts: tf.Tensor) -> WordSpans:
        """Where each word of the texts, string [B], begins and ends, and what it is joined to.

        The tokens that `begins_word` tells are those of these words, in order, as far as a row holds them.
        """
        return spans_of_words(self._splitter.split(tf.convert_to_tensor(texts, tf.string)))

    def word_places(self, texts: Sequence[bytes]) -> WordPlaces:
        """The same as NumPy arrays."""
        return self._batch_encoder.places(texts)

    def encode(
        self, texts: tf.Tensor, pairs: tf.Tensor | None = None, *, max_tokens: int, pad_to: int | None = None
    ) -> dict[str, tf.Tensor]:
        """BERT's inputs of texts, or of pairs truncated longest first.

        Args:
            texts: string [B].
            pairs: string [B], second texts.
            max_tokens: Longest row, with special tokens.
            pad_to: Length of all rows, at least `max_tokens`; that of the longest row if not given.

        Returns:
            `input_ids`, `token_type_ids`, `attention_mask`, int32 [B, L].

        Raises:
            TextError: `max_tokens` leaves no room for text, or is above `pad_to`.
        """
        self._check_room(max_tokens, is_pair=pairs is not None)
        if pad_to is not None and pad_to < max_tokens:
            raise TextError(f"Rows of {max_tokens} tokens can't be padded to {pad_to}.", where="text.max_tokens")
        packed = self.pack(texts, pairs, max_tokens=max_tokens)
        return model_inputs(packed, pad_id=self.pad_id, pad_to=pad_to)

    def pack(self, texts: tf.Tensor, pairs: tf.Tensor | None = None, *, max_tokens: int | tf.Tensor) -> Packed:
        """As `encode`, without padding. `max_tokens` may be an int32 scalar in the graph; it isn't checked."""
        ends = {"cls_id": self.specification.cls_id, "sep_id": self.specification.sep_id}
        if pairs is None:
            room = max_tokens - SINGLE_SPECIALS
            # One token more than there is room for tells that a text was truncated.
            return pack_single(self.tokenize(texts, room + 1), room=room, **ends)
        # Neither text of a pair may be cut early: which one gives way depends on how long both are.
        return pack_pair(
            self.tokenize(texts),
            self.tokenize(pairs),
            room=max_tokens - self.specification.pair_specials,
            separators=self.specification.separators,
            **ends,
        )

    def pack_windows(self, texts: tf.Tensor, windows: Windows) -> PackedWindows:
        """Windows of texts, string [B], without padding."""
        # One token more than windows cover tells that a text was truncated.
        tokens = self.tokenize(texts, windows.covered + 1)
        return pack_windows(tokens, windows, cls_id=self.specification.cls_id, sep_id=self.specification.sep_id)

    def encode_batch(
        self, texts: Sequence[bytes], pairs: Sequence[bytes] | None = None, *, max_tokens: int
    ) -> EncodedBatch:
        """Ids of texts or pairs as NumPy arrays, without padding.

        Raises:
            TextError: `max_tokens` leaves no room for text.
        """
        self._check_room(max_tokens, is_pair=pairs is not None)
        return self._batch_encoder.encode(texts, pairs, max_tokens=max_tokens)

    def _check_room(self, max_tokens: int, *, is_pair: bool) -> None:
        special_tokens, texts = (self.specification.pair_specials, 2) if is_pair else (SINGLE_SPECIALS, 1)
        check_max_tokens(max_tokens, special_tokens=special_tokens, texts=texts)

    def _tokenize_whole(self, texts: tf.Tensor) -> tf.RaggedTensor:
        plain = tf.strings.regex_full_match(texts, _PLAIN_TEXT)
        return tf.cond(
            tf.reduce_all(plain), lambda: self._tokenize_plain(texts), lambda: self._tokenize_mixed(texts, plain)
        )

    def _tokenize_mixed(self, texts: tf.Tensor, plain: tf.Tensor) -> tf.RaggedTensor:
        here, there = tf.where(plain)[:, 0], tf.where(~plain)[:, 0]
        tokens = tf.concat(
            [self._tokenize_plain(tf.gather(texts, here)), self._tokenize_any(tf.gather(texts, there))], 0
        )
        return tf.gather(tokens, tf.math.invert_permutation(tf.concat([here, there], 0)))

    def _tokenize_plain(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Ids of texts that match `_PLAIN_TEXT`."""
        return self._plain_pieces.tokenize(tf.strings.lower(texts) if self.specification.lowercase else texts)

    def _tokenize_any(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Ids of any texts, by way of the character table."""
        words = self._splitter.split(texts)
        written, _ = self._written(words)
        return _by_text(self._word_pieces.tokenize(written), words)

    def _with_whole_texts(self, tokens: tf.RaggedTensor, texts: tf.Tensor, rows: tf.Tensor) -> tf.RaggedTensor:
        """`tokens` with those of the whole text in the place of some rows."""
        row_count = tf.size(texts, tf.int64)
        place = tf.tensor_scatter_nd_update(
            tf.range(row_count), rows[:, None], row_count + tf.range(tf.size(rows, tf.int64))
        )
        return tf.gather(tf.concat([tokens, self._whole(tf.gather(texts, rows))], 0), place)

    def _written(self, words: Words) -> tuple[tf.Tensor, tf.Tensor]:
        """Each word as a string [W], the unknown token for one that is too long; and which were: bool [W]."""
        too_long = words.characters.row_lengths() > self.specification.max_characters
        written = tf.strings.unicode_encode(words.characters, "UTF-8")
        return tf.where(too_long, self.specification.unknown_token, written), too_long


class _TracedOnce:
    """A function from texts to tokens that is traced once, for all graphs, signatures and branches that call it.

    A plain object between the tokenizer and its traced function keeps that out of SavedModels that hold the tokenizer.
    """

    def __init__(self, function: Callable[[tf.Tensor], tf.RaggedTensor]) -> None:
        self._traced = tf.function(function, input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)

    def __call__(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Ragged [B, tokens] of string [B]."""
        return self._traced(texts)


def _by_text(pieces: tf.RaggedTensor, words: Words) -> tf.RaggedTensor:
    """Pieces of words, ragged [W, pieces], as tokens of texts, ragged [B, tokens]."""
    return tf.RaggedTensor.from_row_splits(
        pieces.flat_values, tf.gather(pieces.row_splits, words.splits), validate=False
    )
