"""Rows of token ids to the model's inputs."""

from collections.abc import Sequence

import numpy as np


def padded_inputs(
    rows: Sequence[np.ndarray], first_lengths: np.ndarray, *, padded_length: int, pad_id: int
) -> dict[str, np.ndarray]:
    """Model inputs, int32 [B, padded_length].

    Args:
        rows: Token ids of each row, at most `padded_length`.
        first_lengths: Tokens of segment 0 in each row, int [B].
        padded_length: Length of all rows.
        pad_id: Id behind the last token of a row.

    Returns:
        `input_ids`, `attention_mask` (1 for tokens, 0 for padding), `token_type_ids` (1 for the second text's tokens).
    """
    input_ids = np.full((len(rows), padded_length), pad_id, np.int32)
    for index, row in enumerate(rows):
        input_ids[index, : len(row)] = row
    lengths = np.array([len(row) for row in rows])
    position = np.arange(padded_length)[None, :]
    attention_mask = position < lengths[:, None]
    token_type_ids = attention_mask & (position >= np.asarray(first_lengths)[:, None])
    return {
        "input_ids": input_ids,
        "attention_mask": attention_mask.astype(np.int32),
        "token_type_ids": token_type_ids.astype(np.int32),
    }
