"""From the tokens of a text, or of a pair, to a row of BERT's input: special tokens, truncation, padding."""

from typing import NamedTuple

import tensorflow as tf


class Packed(NamedTuple):
    """Rows of B texts or pairs.

    Attributes:
        ids: Ragged int32 [B, tokens]: [CLS] a [SEP], or [CLS] a [SEP] b [SEP], where two [SEP] may part the texts.
        first_lengths: int64 [B], tokens of [CLS] a [SEP].
        truncated: bool [B], whether tokens were left out.
    """

    ids: tf.RaggedTensor
    first_lengths: tf.Tensor
    truncated: tf.Tensor


def pack_single(tokens: tf.RaggedTensor, *, room: int | tf.Tensor, cls_id: int, sep_id: int) -> Packed:
    """[CLS] a [SEP] with the first `room` tokens of each row of `tokens` (ragged int32 [B, tokens])."""
    lengths = tokens.row_lengths()
    kept = tf.minimum(lengths, tf.cast(room, tf.int64))
    places = _Places(tf.concat([tokens.flat_values, [cls_id, sep_id]], 0))
    ids = places.rows([places.last(2, kept), (tokens.row_starts(), kept), places.last(1, kept)])
    return Packed(ids, kept + 2, kept < lengths)


def pack_pair(
    first: tf.RaggedTensor,
    second: tf.RaggedTensor,
    *,
    room: int | tf.Tensor,
    cls_id: int,
    sep_id: int,
    separators: int = 1,
) -> Packed:
    """[CLS] a [SEP] b [SEP] with `room` tokens of both texts (ragged int32 [B, tokens] each).

    `separators` of [SEP] part them; the first belongs to the first text.
    """
    lengths, others = first.row_lengths(), second.row_lengths()
    kept, others_kept = longest_first(lengths, others, room)
    places = _Places(tf.concat([first.flat_values, second.flat_values, [cls_id, sep_id]], 0))
    second_starts = tf.size(first.flat_values, tf.int64) + second.row_starts()
    separator = places.last(1, kept)
    between = [separator] * separators
    ids = places.rows(
        [places.last(2, kept), (first.row_starts(), kept), *between, (second_starts, others_kept), separator]
    )
    return Packed(ids, kept + 2, (kept < lengths) | (others_kept < others))


def longest_first(first: tf.Tensor, second: tf.Tensor, room: int | tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """How many tokens to keep of both texts of a pair, as Hugging Face's `truncation="longest_first"` does.

    The shorter text stays whole if it fits in half of the room; else both get half, and an odd token goes to the text
    that was longer (the second on a tie).

    Args:
        first: int64 [B], tokens of the first texts.
        second: int64 [B], tokens of the second texts.
        room: Tokens that both may have together.

    Returns:
        int64 [B] twice.
    """
    room = tf.cast(room, first.dtype)
    shorter = tf.minimum(first, second)
    half = room // 2
    keep_shorter = tf.where(shorter > half, half, shorter)
    keep_longer = room - keep_shorter
    first_is_longer = first > second
    return (
        tf.minimum(first, tf.where(first_is_longer, keep_longer, keep_shorter)),
        tf.minimum(second, tf.where(first_is_longer, keep_shorter, keep_longer)),
    )


def model_inputs(packed: Packed, *, pad_id: int, pad_to: int | tf.Tensor | None) -> dict[str, tf.Tensor]:
    """Padded `input_ids`, `token_type_ids` and `attention_mask`, int32 [B, L]; L is `pad_to` or the longest row's."""
    # A shape that holds a tensor has to be one.
    shape = tf.stack([-1, pad_to]) if tf.is_tensor(pad_to) else [None, pad_to]
    input_ids = packed.ids.to_tensor(pad_id, shape=shape)
    length = tf.shape(input_ids)[1]
    attention_mask = tf.sequence_mask(packed.ids.row_lengths(), length, tf.int32)
    first_segment = tf.sequence_mask(packed.first_lengths, length, tf.int32)
    # The first segment is part of its row, so the difference is 1 where the second stands and 0 elsewhere.
    return {"input_ids": input_ids, "token_type_ids": attention_mask - first_segment, "attention_mask": attention_mask}


class _Places:
    """Rows gathered from runs of a flat tensor."""

    def __init__(self, values: tf.Tensor) -> None:
        self._values = values
        self._size = tf.size(values, tf.int64)

    def last(self, from_end: int, like: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """(starts, lengths) of the run that holds only the value `from_end` places before the end."""
        return tf.fill(tf.shape(like), self._size - from_end), tf.ones_like(like)

    def rows(self, runs: list[tuple[tf.Tensor, tf.Tensor]]) -> tf.RaggedTensor:
        """Row i is run i of the first (starts, lengths), then run i of the second, and so on."""
        starts = tf.reshape(tf.stack([start for start, _ in runs], 1), [-1])
        lengths = tf.stack([length for _, length in runs], 1)
        values = tf.gather(self._values, tf.ragged.range(starts, starts + tf.reshape(lengths, [-1])).flat_values)
        return tf.RaggedTensor.from_row_lengths(values, tf.reduce_sum(lengths, 1), validate=False)
