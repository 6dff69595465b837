"""Token ids of some texts, as NumPy arrays: what every tokenizer gives and the token cache stores, and its names."""

import dataclasses

import numpy as np

from bert_tf.errors import TextError

# What an encoder reads, int32 [B, L] by name; one without segments has no use for the last.
MODEL_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
# float32 [B, F], of a model that reads more of an item than its text.
FEATURES = "features"
SINGLE_SPECIALS = 2  # tokens around one text: [CLS], [SEP]
PAIR_SPECIALS = 3  # and around two, where one [SEP] parts them


@dataclasses.dataclass(frozen=True)
class EncodedBatch:
    """Rows of ids, one behind the other, without padding.

    Attributes:
        ids: int32 [tokens of all rows], special tokens included.
        lengths: int32 [B], tokens of each row.
        first_lengths: int32 [B], tokens of segment 0: [CLS], the first text, [SEP].
        truncated: bool [B], whether tokens of the text, or of the pair, were left out.
    """

    ids: np.ndarray
    lengths: np.ndarray
    first_lengths: np.ndarray
    truncated: np.ndarray


def check_max_tokens(max_tokens: int, *, special_tokens: int, texts: int) -> None:
    """Refuses a row too short for its special tokens and one token of each text.

    Raises:
        TextError: `max_tokens` is below `special_tokens + texts`.
    """
    least = special_tokens + texts
    if max_tokens < least:
        raise TextError(
            f"{max_tokens} tokens can't hold {special_tokens} special tokens and one token per text.",
            where="text.max_tokens",
            hint=f"use {least} or more",
        )
