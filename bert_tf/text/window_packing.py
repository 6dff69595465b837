"""Windows of long texts in the graph."""

from typing import NamedTuple

import tensorflow as tf

from bert_tf.text.packing import Packed, pack_single
from bert_tf.text.windows import Windows


class PackedWindows(NamedTuple):
    """W windows of B texts, those of a text one behind the other.

    Attributes:
        rows: Of W windows, each [CLS] tokens [SEP].
        text_of: The text that a window is of, int64 [W].
        truncated: Whether a text is longer than its windows, bool [B].
    """

    rows: Packed
    text_of: tf.Tensor
    truncated: tf.Tensor


def pack_windows(tokens: tf.RaggedTensor, windows: Windows, *, cls_id: int, sep_id: int) -> PackedWindows:
    """The windows of texts, as `Windows.split` has them.

    Args:
        tokens: Ragged int32 [B, tokens], without special tokens; one more than `windows.covered` tells that a text is
            longer.
        windows: How they are split.
        cls_id: Id in front of each window.
        sep_id: Id behind it.
    """
    lengths = tokens.row_lengths()
    kept = tf.minimum(lengths, tf.constant(windows.covered, tf.int64))
    # Rounded up: -(-a // b).
    counts = tf.maximum(-((windows.overlap - kept) // windows.step), 1)
    places = tf.ragged.range(counts)
    text_of, starts = places.value_rowids(), places.flat_values * windows.step
    begins = tf.gather(tokens.row_starts(), text_of) + starts
    sizes = tf.minimum(tf.gather(kept, text_of) - starts, windows.room)
    ids = tf.gather(tokens.flat_values, tf.ragged.range(begins, begins + sizes).flat_values)
    rows = tf.RaggedTensor.from_row_lengths(ids, sizes, validate=False)
    return PackedWindows(pack_single(rows, room=windows.room, cls_id=cls_id, sep_id=sep_id), text_of, kept < lengths)
