"""Hugging Face's tokenizer in Rust, with what a folder's files say beside it: what parity is measured against."""

import functools
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from tokenizers import Encoding, Tokenizer


class SpecialTokens(NamedTuple):
    """Tokens that stand for something else than text; None for what a tokenizer doesn't have."""

    cls: str | None
    sep: str | None
    pad: str | None
    mask: str | None


class SpecialIds(NamedTuple):
    """Ids of `SpecialTokens`."""

    cls: int | None
    sep: int | None
    pad: int | None
    mask: int | None


class FastTokenizer:
    """Ids, offsets and words of texts. Special tokens in a text are only text.

    Args:
        backend: The tokenizer; it is owned from here on.
        class_name: Its class in transformers, such as "BertTokenizerFast".
        special_tokens: In the vocabulary of `backend`.
        uses_segments: Whether the encoder takes `token_type_ids`.
        truncation_side: "right" or "left", where a text is cut that is too long.
    """

    def __init__(
        self,
        backend: Tokenizer,
        *,
        class_name: str,
        special_tokens: SpecialTokens,
        uses_segments: bool,
        truncation_side: str,
    ) -> None:
        backend.no_padding()
        backend.no_truncation()
        backend.encode_special_tokens = True
        self.backend = backend
        self.class_name = class_name
        self.special_tokens = special_tokens
        self.uses_segments = uses_segments
        self.truncation_side = truncation_side

    @functools.cached_property
    def parts(self) -> dict[str, Any]:
        """What tokenizer.json would say of it: read, not changed."""
        parts: dict[str, Any] = json.loads(self.backend.to_str())
        return parts

    @functools.cached_property
    def special_ids(self) -> SpecialIds:
        """Id of each special token."""
        return SpecialIds(
            *(None if token is None else self.backend.token_to_id(token) for token in self.special_tokens)
        )

    @functools.cached_property
    def vocabulary_size(self) -> int:
        """Ids, those of added tokens included: rows that an embedding needs."""
        return max(self.backend.get_vocab(with_added_tokens=True).values()) + 1

    @functools.cached_property
    def largest_id(self) -> int:
        """Largest id that a row can have. Special tokens that stand around no text are never given."""
        special = {token.content for token in self.backend.get_added_tokens_decoder().values() if token.special}
        around = set(self.special_tokens[:3])
        vocabulary = self.backend.get_vocab(with_added_tokens=True)
        in_model = self.backend.get_vocab(with_added_tokens=False)
        return max(
            token_id
            for token, token_id in vocabulary.items()
            if token in in_model or token not in special or token in around
        )

    def special_token_count(self, *, is_pair: bool) -> int:
        """Tokens that a row has beside those of its text, or of its two texts."""
        return self.backend.num_special_tokens_to_add(is_pair)

    def encode(
        self, texts: Sequence[str], pairs: Sequence[str] | None = None, *, max_tokens: int | None = None
    ) -> list[Encoding]:
        """Rows with special tokens.

        Args:
            texts: Any number of them.
            pairs: As many second texts.
            max_tokens: Longest row; the longer text of a pair is cut first. None: nothing is cut.
        """
        if max_tokens is None:
            self.backend.no_truncation()
        else:
            self.backend.enable_truncation(max_tokens, strategy="longest_first", direction=self.truncation_side)
        rows = list(texts) if pairs is None else list(zip(texts, pairs, strict=True))
        return self.backend.encode_batch(rows)

    def tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of whole texts, without special tokens."""
        self.backend.no_truncation()
        return [encoding.ids for encoding in self.backend.encode_batch(list(texts), add_special_tokens=False)]
