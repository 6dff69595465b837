"""From a model's outputs of rows to those of texts: windows are put together, and words looked at beside each other."""

from typing import cast

import numpy as np
import tensorflow as tf

from bert_tf.evaluation.compute_outputs import Arrays, in_order
from bert_tf.models.task_network import TaskNetwork, TextNetwork, TokenNetwork
from bert_tf.ragged_rows import RaggedRows
from bert_tf.text.window_words import words_of_texts

_TEXTS = 1024  # whose words are joined at once


def text_outputs(
    network: TaskNetwork,
    outputs: Arrays,
    *,
    lengths: np.ndarray | None = None,
    text_of: np.ndarray | None = None,
    texts: int = 0,
    taken: RaggedRows | None = None,
) -> Arrays:
    """Outputs of texts by name, [texts, …], as `RaggedRows` of words for a task that reads tokens.

    Args:
        network: Of the model.
        outputs: Of N rows, as of `Predictor`.
        lengths: Tokens of each row, where a text is several.
        text_of: The text that each row is of; None where each row is a text.
        texts: How many there are, with `text_of`.
        taken: Which words of windows are taken, as of `taken_words`; None where each row is a text.
    """
    if network.reads == "tokens":
        words = cast(TokenNetwork, network)
        if taken is not None and text_of is not None:
            outputs = _of_windows(words, outputs, taken, text_of, texts)
        return _joined(words, outputs)
    if lengths is None or text_of is None:
        return outputs
    weights = np.asarray(lengths, np.float32)
    merged = cast(TextNetwork, network).merge(outputs, weights=weights, text_of=text_of, texts=texts)
    return {name: values.numpy() for name, values in merged.items()}


def _of_windows(network: TokenNetwork, outputs: Arrays, taken: RaggedRows, text_of: np.ndarray, texts: int) -> Arrays:
    """What is taken of windows; an output of whole rows is that of a text's first window."""
    first = np.searchsorted(text_of, np.arange(texts))
    return {
        name: values[first] if name in network.row_outputs else words_of_texts(values, taken, text_of, texts=texts)
        for name, values in outputs.items()
    }


def _joined(network: TokenNetwork, outputs: Arrays) -> Arrays:
    lengths = next(values.lengths for values in outputs.values() if isinstance(values, RaggedRows))
    # Texts of like length together, so that little is padding.
    order = np.argsort(lengths, kind="stable")
    parts = [order[start : start + _TEXTS] for start in range(0, max(len(order), 1), _TEXTS)]
    batches = []
    for part in parts:
        rows = {name: values[part] for name, values in outputs.items()}
        padded = {name: values.padded() if isinstance(values, RaggedRows) else values for name, values in rows.items()}
        found = network.join({name: tf.constant(values) for name, values in padded.items()}, tf.constant(lengths[part]))
        is_word = np.arange(next(iter(found.values())).shape[1]) < lengths[part][:, np.newaxis]
        batches.append(
            {name: RaggedRows.of_lengths(values.numpy()[is_word], lengths[part]) for name, values in found.items()}
        )
    return in_order(batches, order)
