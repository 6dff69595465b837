"""Outputs of words, from those of the tokens that they came to."""

from typing import NamedTuple, cast

import numpy as np
import tensorflow as tf

from bert_tf.models.task_network import Outputs, TaskNetwork, TokenNetwork, WordTokens

Inputs = dict[str, tf.Tensor]


class WindowParts(NamedTuple):
    """What of W windows is taken for their texts.

    Attributes:
        taken: Whether each token is, bool [W, L].
        text_of: The text that each window is of, in order, int64 [W]; each text has one at least.
        texts: How many texts there are, an int64 scalar.
    """

    taken: tf.Tensor
    text_of: tf.Tensor
    texts: tf.Tensor


class WordReader:
    """Takes outputs of words from those of tokens, in the order of the words.

    Args:
        network: Of the model.
        begins_word: Whether a token of the vocabulary begins a word, bool [V].

    Attributes:
        network: As given.
    """

    def __init__(self, network: TokenNetwork, begins_word: np.ndarray) -> None:
        self.network, self._begins_word = network, begins_word

    def tokens(self, inputs: Inputs) -> WordTokens:
        """Which tokens of rows are of words; of single texts, whose last token is special."""
        is_token = inputs["attention_mask"] > 0
        begins = tf.gather(tf.constant(self._begins_word), inputs["input_ids"]) & is_token
        is_inner = tf.pad(is_token, [[0, 0], [0, 1]])[:, 1:]
        has_begun = tf.cumsum(tf.cast(begins, tf.int32), 1) > 0
        return WordTokens(begins, is_inner & has_begun & ~begins)

    def of_rows(self, outputs: Outputs, inputs: Inputs) -> Outputs:
        """Of the words of rows, ragged [B, words, …]; outputs of whole rows stay as they are."""
        tokens = self.tokens(inputs)
        counts = tf.reduce_sum(tf.cast(tokens.begins, tf.int64), 1)
        found = self.network.read_words(outputs, tokens)
        return {
            name: values if name in self.network.row_outputs else _ragged(values, tokens.begins, counts)
            for name, values in found.items()
        }

    def of_windows(self, outputs: Outputs, inputs: Inputs, parts: WindowParts) -> Outputs:
        """Of the words of texts whose windows were read one by one, ragged [T, words, …]; an output of whole rows is
        that of a text's first window."""
        tokens = self.tokens(inputs)
        begins = tokens.begins & parts.taken
        counts = tf.math.unsorted_segment_sum(tf.reduce_sum(tf.cast(begins, tf.int64), 1), parts.text_of, parts.texts)
        first = tf.searchsorted(parts.text_of, tf.range(parts.texts))
        found = self.network.read_words(outputs, tokens)
        return {
            name: tf.gather(values, first) if name in self.network.row_outputs else _ragged(values, begins, counts)
            for name, values in found.items()
        }

    def joined(self, words: Outputs, joined_to: tf.RaggedTensor | None = None) -> Outputs:
        """What the words of each text come to beside each other; padded to the longest row, [T, words, …].

        Args:
            words: What `of_rows` or `of_windows` gave.
            joined_to: As of `TokenNetwork.join`, ragged int32 [T, words].
        """
        padded = {
            name: values.to_tensor() if isinstance(values, tf.RaggedTensor) else values
            for name, values in words.items()
        }
        return self.network.join(padded, row_lengths(words), None if joined_to is None else joined_to.to_tensor())


def row_lengths(words: Outputs) -> tf.Tensor:
    """How many words each row has, of what `WordReader.of_rows` or `of_windows` gave; int64 [B]."""
    return next(values.row_lengths() for values in words.values() if isinstance(values, tf.RaggedTensor))


def word_reader(network: TaskNetwork, begins_word: np.ndarray | None) -> WordReader | None:
    """Of a network that reads tokens; None of one that reads whole texts, which has no `begins_word`."""
    if begins_word is None or network.reads != "tokens":
        return None
    return WordReader(cast(TokenNetwork, network), begins_word)


def _ragged(values: tf.Tensor, chosen: tf.Tensor, counts: tf.Tensor) -> tf.RaggedTensor:
    """Values of the chosen tokens, bool [B, L], as rows of `counts` each."""
    return tf.RaggedTensor.from_row_lengths(tf.boolean_mask(values, chosen), counts, validate=False)
