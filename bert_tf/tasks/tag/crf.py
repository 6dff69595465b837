"""A linear-chain conditional random field over the words of texts, in the graph.

Lafferty, McCallum & Pereira, "Conditional Random Fields", 2001; Lample et al., https://aclanthology.org/N16-1030. The
score of a sequence of tags is the sum of the words' emissions and of the transitions between neighbours, and its
probability is in proportion to the exponential of that.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

# Far below any score that is learned, so that its probability is 0 in float32; infinity has no gradient.
FORBIDDEN = -1e4

# Step by step, Python takes a hundred times as long as the graph.
_traced = tf.function(reduce_retracing=True, autograph=False)
_Reduce = Callable[[tf.Tensor, int], tf.Tensor]  # over an axis


class WordChains(NamedTuple):
    """Words of B texts, and what their tags and the neighbours among them add to a score.

    Attributes:
        emissions: float32 [B, W, C]; behind the last word of a text anything.
        transitions: float32 [B, 1 + C, C]: from the beginning of a text, then from each tag, to each tag.
        lengths: Words of each text, int [B].
    """

    emissions: tf.Tensor
    transitions: tf.Tensor
    lengths: tf.Tensor


class BestTags(NamedTuple):
    """The most probable sequence of tags of each text.

    Attributes:
        tags: int32 [B, W].
        gaps: By how much its score is above that of the best sequence with another tag there, float32 [B, W].
    """

    tags: tf.Tensor
    gaps: tf.Tensor


def forbidden_transitions(types: int) -> np.ndarray:
    """Whether a tag can't follow: one that goes on with an entity, where none of its type stands before it.

    Args:
        types: How many types there are; tags are numbered as of `bert_tf.tasks.tag.word_tags`.

    Returns:
        bool [1 + C, C], as `WordChains.transitions`.
    """
    tags = np.arange(1 + 2 * types)
    kinds, goes_on = (tags - 1) // 2, (tags > 0) & (tags % 2 == 0)  # kind -1 outside
    before = np.concatenate([[-1], kinds])
    return goes_on & (before[:, np.newaxis] != kinds)


def log_likelihood(chains: WordChains, tags: tf.Tensor) -> tf.Tensor:
    """Log of the probability of given tags, int32 [B, W]; float32 [B], 0 of a text without words."""
    emissions, transitions, lengths = chains
    is_word = tf.sequence_mask(lengths, tf.shape(emissions)[1], dtype=emissions.dtype)
    # Row 0 is the beginning, so a tag's row is the one behind its own number.
    before = tf.pad(tags + 1, [[0, 0], [1, 0]])[:, :-1]
    pairs = tf.stack([before, tags], -1)
    steps = tf.gather(emissions, tags, batch_dims=2) + tf.gather_nd(transitions, pairs, batch_dims=1)
    messages = _messages(chains, tf.reduce_logsumexp)
    last = tf.pad(messages.scores, [[0, 0], [1, 0], [0, 0]])[:, -1]
    total = tf.reduce_sum(messages.taken_off * is_word, 1) + tf.reduce_logsumexp(last, -1)
    return tf.where(lengths > 0, tf.reduce_sum(steps * is_word, 1) - total, 0.0)


@_traced
def log_marginals(chains: WordChains) -> tf.Tensor:
    """Log of the probability of each tag of each word, by the forward-backward algorithm; float32 [B, W, C]."""
    forward, backward = _both_ways(chains, tf.reduce_logsumexp)
    return tf.nn.log_softmax(forward + backward - chains.emissions)


@_traced
def best_tags(chains: WordChains) -> BestTags:
    """The most probable sequences, by the Viterbi algorithm."""
    forward, backward = _both_ways(chains, tf.reduce_max)
    tags, scores = _traced_back(chains, forward), forward + backward - chains.emissions
    is_best = tf.one_hot(tags, tf.shape(scores)[-1], on_value=True, off_value=False)
    others = tf.reduce_max(tf.where(is_best, -np.inf, scores), -1)
    return BestTags(tags, tf.maximum(tf.gather(scores, tags, batch_dims=2) - others, 0))


class _Messages(NamedTuple):
    """For each word and tag, all sequences up to the word that end with the tag, as one score.

    Attributes:
        scores: float32 [B, W, C]; behind the last word of a text as for the last.
        taken_off: What is taken off the scores of a word and all behind it, so that the largest is 0: the sum over a
            long text would have no digits left for the difference of two tags. float32 [B, W].
    """

    scores: tf.Tensor
    taken_off: tf.Tensor


def _messages(chains: WordChains, reduce: _Reduce) -> _Messages:
    emissions, transitions, lengths = chains
    # One word more, so that there is one: an empty list of steps has no shape.
    padded = tf.pad(emissions, [[0, 0], [0, 1], [0, 0]])
    count = tf.shape(padded)[1]
    is_word = tf.sequence_mask(lengths, count)
    start, between = transitions[:, 0], transitions[:, 1:]

    def step(state: _Messages, word: tuple[tf.Tensor, tf.Tensor, tf.Tensor]) -> _Messages:
        (before, _), (emission, is_there, number) = state, word
        scores = emission + tf.where(number == 0, start, reduce(before[:, :, tf.newaxis] + between, 1))
        largest = tf.stop_gradient(tf.reduce_max(scores, 1))
        return _Messages(tf.where(is_there[:, tf.newaxis], scores - largest[:, tf.newaxis], before), largest)

    words = (tf.transpose(padded, [1, 0, 2]), tf.transpose(is_word), tf.range(count))
    found = tf.scan(step, words, _Messages(tf.zeros_like(start), tf.zeros_like(start[:, 0])))
    return _Messages(tf.transpose(found.scores, [1, 0, 2])[:, :-1], tf.transpose(found.taken_off)[:, :-1])


def _both_ways(chains: WordChains, reduce: _Reduce) -> list[tf.Tensor]:
    """Scores of sequences up to each word and tag, and of those from there on; float32 [B, W, C] twice.

    Read from its end, a text is a chain whose transitions go the other way and that may begin with any tag.
    """
    emissions, transitions, lengths = chains
    turned = tf.pad(tf.transpose(transitions[:, 1:], [0, 2, 1]), [[0, 0], [1, 0], [0, 0]])
    both = WordChains(
        tf.concat([emissions, _reversed(emissions, lengths)], 0),
        tf.concat([transitions, turned], 0),
        tf.concat([lengths, lengths], 0),
    )
    forward, backward = tf.split(_messages(both, reduce).scores, 2)
    return [forward, _reversed(backward, lengths)]


def _traced_back(chains: WordChains, forward: tf.Tensor) -> tf.Tensor:
    """From the last word to the first, the tag that the best sequence came from; int32 [B, W]."""
    _, transitions, lengths = chains
    from_end = tf.pad(_reversed(forward, lengths), [[0, 0], [0, 1], [0, 0]])
    between = tf.transpose(transitions[:, 1:], [0, 2, 1])  # by the tag that comes behind

    def step(behind: tf.Tensor, word: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
        scores, number = word
        onward = tf.where(number == 0, 0.0, tf.gather(between, behind, batch_dims=1))
        return tf.argmax(scores + onward, -1, tf.int32)

    words = (tf.transpose(from_end, [1, 0, 2]), tf.range(tf.shape(from_end)[1]))
    tags = tf.scan(step, words, tf.zeros_like(lengths, tf.int32))
    return _reversed(tf.transpose(tags)[:, :-1], lengths)


def _reversed(values: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """The words of each text in the other order, [B, W, …]."""
    return tf.reverse_sequence(values, lengths, seq_axis=1, batch_axis=0)
