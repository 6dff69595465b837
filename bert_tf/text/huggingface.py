"""Tokenizers that aren't WordPiece: ids come from Hugging Face's fast tokenizer, so an export takes ids, not text."""

import functools
import hashlib
import json
from collections.abc import Sequence

import numpy as np

from bert_tf.errors import TextError
from bert_tf.text.encoded import EncodedBatch, check_max_tokens
from bert_tf.text.fast_tokenizer import FastTokenizer


class HuggingFaceTokenizer:
    """The part of `WordpieceTokenizer` that needs no graph, for byte-level BPE and the like.

    Args:
        reference: From `loading.load_reference`.
        where: Its folder, for messages.

    Raises:
        TextError: it has no token to pad with.
    """

    in_graph = False

    def __init__(self, reference: FastTokenizer, *, where: str) -> None:
        pad_id = reference.special_ids.pad
        if pad_id is None:
            raise TextError(
                "The tokenizer has no padding token.", where=where, hint="set pad_token in tokenizer_config.json"
            )
        self._reference = reference
        self._pad_id = pad_id

    @property
    def pad_id(self) -> int:
        """Id behind the last token of a row."""
        return self._pad_id

    @property
    def vocabulary_size(self) -> int:
        """Rows that an embedding needs."""
        return self._reference.vocabulary_size

    @property
    def largest_id(self) -> int:
        """Largest id that a row can have."""
        return self._reference.largest_id

    @property
    def uses_segments(self) -> bool:
        """Whether the encoder takes `token_type_ids`."""
        return self._reference.uses_segments

    @property
    def settings(self) -> dict[str, object]:
        """What a reader of the manifest wants to know of it."""
        return {
            "kind": type(self._reference.backend.model).__name__.lower(),
            "class": self._reference.class_name,
            "truncation_side": self._reference.truncation_side,
        }

    @functools.cached_property
    def fingerprint(self) -> str:
        """Hexadecimal sha256 of all that ids depend on."""
        parts = json.loads(self._reference.backend.to_str())
        # These two hold whatever the last call asked for.
        del parts["truncation"], parts["padding"]
        described = json.dumps([parts, self.settings, self.pad_id], sort_keys=True)
        return hashlib.sha256(described.encode()).hexdigest()

    def encode_batch(
        self, texts: Sequence[bytes], pairs: Sequence[bytes] | None = None, *, max_tokens: int
    ) -> EncodedBatch:
        """Ids of texts, or of pairs truncated longest first, as NumPy arrays without padding.

        Raises:
            TextError: `max_tokens` leaves no room for text.
        """
        check_max_tokens(
            max_tokens,
            special_tokens=self._reference.special_token_count(is_pair=pairs is not None),
            texts=1 if pairs is None else 2,
        )
        columns = [
            [text.decode("utf-8", "replace") for text in column] for column in (texts, pairs) if column is not None
        ]
        rows = self._reference.encode(*columns, max_tokens=max_tokens)
        return EncodedBatch(
            ids=np.concatenate([np.zeros(0, np.int32), *(np.asarray(row.ids, np.int32) for row in rows)]),
            lengths=np.array([len(row.ids) for row in rows], np.int32),
            first_lengths=np.array([row.type_ids.count(0) for row in rows], np.int32),
            truncated=np.array([bool(row.overflowing) for row in rows], bool),
        )
