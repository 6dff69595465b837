"""Rows of token ids to the model's inputs."""

from collections.abc import Sequence

import numpy as np

from bert_tf.ragged_rows import RaggedRows


def padded_inputs(
    rows: Sequence[np.ndarray] | RaggedRows, first_lengths: np.ndarray, *, padded_length: int, pad_id: int
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
    if not isinstance(rows, RaggedRows):
        whole = np.concatenate([np.zeros(0, np.int32), *rows])
        rows = RaggedRows.of_lengths(whole, np.array([len(row) for row in rows], np.int64))
    input_ids, lengths = rows.padded(padded_length, fill=pad_id).astype(np.int32, copy=False), rows.lengths
    position = np.arange(padded_length)[None, :]
    attention_mask = position < lengths[:, None]
    token_type_ids = attention_mask & (position >= np.asarray(first_lengths)[:, None])
    return {
        "input_ids": input_ids,
        "attention_mask": attention_mask.astype(np.int32),
        "token_type_ids": token_type_ids.astype(np.int32),
    }
