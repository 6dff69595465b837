"""What is expected of each word, and from it of each token: the one that begins a word has what the word teaches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bert_tf.batches.cache import TokenCache
from bert_tf.ragged_rows import RaggedRows

# Of a token that nothing is expected of: one that is of no word or of one that isn't learned from, and one inside of a
# word.
NOTHING, INSIDE_WORD = -1, -2


@dataclass(frozen=True, eq=False)
class ExpectedWords:
    """What is expected of the words of N texts, cut off or not.

    Attributes:
        targets: What answers are held against, int [N, words, …]; behind the words of a text there may be more, which
            no answer ever meets.
        learned: What each word teaches, int [N, words]; `NOTHING` of one that isn't learned from.
        joined_to: As of `WordPlaces`, int32 [N, words].
    """

    targets: RaggedRows
    learned: RaggedRows
    joined_to: RaggedRows

    def of(self, rows: np.ndarray | slice) -> "ExpectedWords":
        """Those of some texts; a mask, indices or a part."""
        return ExpectedWords(self.targets[rows], self.learned[rows], self.joined_to[rows])


@dataclass(frozen=True)
class Alignment:
    """Labels of texts as labels of words.

    Attributes:
        words: By split.
        facts: What was learned of the training rows on the way, which the run keeps; as JSON has it.
    """

    words: Mapping[str, ExpectedWords] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def word_targets(tokens: TokenCache, learned: RaggedRows, *, begins_word: np.ndarray) -> RaggedRows:
    """Targets as long as rows of tokens, int32 [N, tokens]; `NOTHING` and `INSIDE_WORD` where no word begins.

    Args:
        tokens: N rows of single texts, whose first and last tokens are special; words that were cut off are not in
            them.
        learned: See `ExpectedWords`.
        begins_word: Whether a token of the vocabulary begins a word, bool [V].
    """
    parts = []
    for row, of_row in enumerate(learned):
        begins = begins_word[tokens.ids(row)]
        of_words = of_row[: int(begins.sum())]
        targets = np.full(len(begins), INSIDE_WORD, np.int32)
        targets[begins] = of_words
        is_learned = np.append(of_words != NOTHING, False)  # the last is for what stands before all words
        targets[~is_learned[np.cumsum(begins) - 1]] = NOTHING
        targets[-1] = NOTHING
        parts.append(targets)
    return RaggedRows.of_lengths(np.concatenate(parts), tokens.lengths)
