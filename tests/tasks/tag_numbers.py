"""Tags of some rows as numbers."""

import numpy as np

from bert_tf.ragged_rows import RaggedRows

TYPES = ("LOC", "PER")


def ragged(rows, dtype=np.int32, width=None):
    """Of lists, one for each row."""
    shape = (-1,) if width is None else (-1, width)
    values = np.array([value for row in rows for value in row], dtype).reshape(shape)
    return RaggedRows.of_lengths(values, np.array([len(row) for row in rows]))


def numbers(tags, types=TYPES):
    """Of tags such as B-PER."""
    names = ["O", *(f"{letter}-{name}" for name in types for letter in "BI")]
    return [names.index(tag) for tag in tags]
