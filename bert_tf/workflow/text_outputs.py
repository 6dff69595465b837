"""From a model's outputs of rows to those of texts: windows are put together, and words looked at beside each other."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import tensorflow as tf

from bert_tf.evaluation.compute_outputs import Arrays, in_order
from bert_tf.models.task_network import TaskNetwork, TextNetwork, TokenNetwork
from bert_tf.ragged_rows import RaggedRows
from bert_tf.text.window_words import words_of_texts

_TEXTS = 1024  # whose words are joined at once


@dataclass(frozen=True, eq=False)
class WindowRows:
    """Rows that are windows of texts.

    Attributes:
        lengths: Tokens of each row, int [N].
        text_of: The text that each is of, in order, int [N].
        texts: How many there are.
        taken: Which words of each are taken, as of `taken_words`; None for a task that reads whole texts.
    """

    lengths: np.ndarray
    text_of: np.ndarray
    texts: int
    taken: RaggedRows | None


def text_outputs(
    network: TaskNetwork,
    outputs: Arrays,
    windows: WindowRows | None = None,
    *,
    joined_to: RaggedRows | None = None,
) -> Arrays:
    """Outputs of texts by name, [texts, …], as `RaggedRows` of words for a task that reads tokens.

    Args:
        network: Of the model.
        outputs: Of N rows, as of `Predictor`.
        windows: What these are of texts; None where each row is a text.
        joined_to: Of the words of the texts, read or not, where outputs are of words; as of `WordPlaces`.
    """
    if network.reads == "tokens":
        words = cast(TokenNetwork, network)
        return _joined(words, outputs if windows is None else _of_windows(words, outputs, windows), joined_to)
    if windows is None:
        return outputs
    weights = np.asarray(windows.lengths, np.float32)
    merged = cast(TextNetwork, network).merge(outputs, weights=weights, text_of=windows.text_of, texts=windows.texts)
    return {name: values.numpy() for name, values in merged.items()}


def _of_windows(network: TokenNetwork, outputs: Arrays, windows: WindowRows) -> Arrays:
    """What is taken of windows; an output of whole rows is that of a text's first window."""
    taken, text_of = cast(RaggedRows, windows.taken), windows.text_of
    first = np.searchsorted(text_of, np.arange(windows.texts))
    return {
        name: values[first]
        if name in network.row_outputs
        else words_of_texts(values, taken, text_of, texts=windows.texts)
        for name, values in outputs.items()
    }


def _joined(network: TokenNetwork, outputs: Arrays, joined_to: RaggedRows | None) -> Arrays:
    lengths = next(values.lengths for values in outputs.values() if isinstance(values, RaggedRows))
    before = None if joined_to is None else joined_to.heads(lengths)
    # Texts of like length together, so that little is padding.
    order = np.argsort(lengths, kind="stable")
    parts = [order[start : start + _TEXTS] for start in range(0, max(len(order), 1), _TEXTS)]
    batches = []
    for part in parts:
        rows = {name: values[part] for name, values in outputs.items()}
        padded = {name: values.padded() if isinstance(values, RaggedRows) else values for name, values in rows.items()}
        found = network.join(
            {name: tf.constant(values) for name, values in padded.items()},
            tf.constant(lengths[part]),
            None if before is None else tf.constant(before[part].padded()),
        )
        is_word = np.arange(next(iter(found.values())).shape[1]) < lengths[part][:, np.newaxis]
        batches.append(
            {name: RaggedRows.of_lengths(values.numpy()[is_word], lengths[part]) for name, values in found.items()}
        )
    return in_order(batches, order)
