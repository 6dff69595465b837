"""The values of a word, from those of its tokens."""

import tensorflow as tf

from bert_tf.models.task_network import WordTokens


def means_of_words(values: tf.Tensor, tokens: WordTokens) -> tf.Tensor:
    """The mean over the tokens of each word, where its first token is; float32 [B, L, C], anything elsewhere.

    What a dense layer gives for the mean of vectors is the mean of what it gives for each.

    Args:
        values: Of tokens, float32 [B, L, C].
        tokens: Which of them are of words.
    """
    shape = tf.shape(values)
    flat = tf.reshape(values, [-1, values.shape[-1]])
    of_words = tf.reshape(tokens.begins | tokens.inside, [-1])
    begins = tf.reshape(tokens.begins, [-1])
    # Numbered through all rows; what is of no word goes to none.
    word = tf.where(of_words, tf.cumsum(tf.cast(begins, tf.int32)) - 1, -1)
    count = tf.reduce_sum(tf.cast(begins, tf.int32))
    # One row more than there are words: where there is none, the gradient would look for a first.
    sums = tf.math.unsorted_segment_sum(flat, word, count + 1)[:-1]
    sizes = tf.math.unsorted_segment_sum(tf.ones_like(flat[:, :1]), word, count + 1)[:-1]
    placed = tf.scatter_nd(tf.where(begins), sums / sizes, tf.shape(flat, tf.int64))
    return tf.reshape(placed, shape)
