"""What is expected of each token, from what is expected of each word: the token that begins a word has it."""

import numpy as np

from bert_tf.batches.cache import TokenCache
from bert_tf.ragged_rows import RaggedRows

# Of a token that nothing is expected of: one that is of no word or of one that isn't learned from, and one inside of a
# word.
NOTHING, INSIDE_WORD = -1, -2


def word_targets(tokens: TokenCache, expected: RaggedRows, *, begins_word: np.ndarray) -> RaggedRows:
    """Targets as long as rows of tokens, int32 [N, tokens]; `NOTHING` and `INSIDE_WORD` where no word begins.

    Args:
        tokens: N rows of single texts, whose first and last tokens are special; words that were cut off are not in
            them.
        expected: Of each word of each text, int [N, words], cut off or not; `NOTHING` of one not to learn from.
        begins_word: Whether a token of the vocabulary begins a word, bool [V].
    """
    parts = []
    for row, of_row in enumerate(expected):
        begins = begins_word[tokens.ids(row)]
        of_words = of_row[: int(begins.sum())]
        targets = np.full(len(begins), INSIDE_WORD, np.int32)
        targets[begins] = of_words
        is_learned = np.append(of_words != NOTHING, False)  # the last is for what stands before all words
        targets[~is_learned[np.cumsum(begins) - 1]] = NOTHING
        targets[-1] = NOTHING
        parts.append(targets)
    return RaggedRows.of_lengths(np.concatenate(parts), tokens.lengths)
