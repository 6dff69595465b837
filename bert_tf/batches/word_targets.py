"""What is expected of each token, from what is expected of each word: the token that begins a word has it."""

import numpy as np

from bert_tf.batches.cache import TokenCache
from bert_tf.ragged_rows import RaggedRows

NOTHING = -1  # of a token that nothing is expected of


def word_targets(tokens: TokenCache, expected: RaggedRows, *, begins_word: np.ndarray) -> RaggedRows:
    """Targets as long as rows of tokens, int32 [N, tokens]; -1 for tokens that begin no word.

    Args:
        tokens: N rows; words that were cut off are not in them.
        expected: Of each word of each text, int [N, words], cut off or not.
        begins_word: Whether a token of the vocabulary begins a word, bool [V].
    """
    parts = []
    for row, of_row in enumerate(expected):
        begins = begins_word[tokens.ids(row)]
        targets = np.full(len(begins), NOTHING, np.int32)
        targets[begins] = of_row[: int(begins.sum())]
        parts.append(targets)
    return RaggedRows.of_lengths(np.concatenate(parts), tokens.lengths)
