import numpy as np
import tensorflow as tf

from bert_tf.models.word_outputs import WindowParts, WordReader, row_lengths, word_reader
from bert_tf.tasks.classify.network import ClassifyNetwork
from bert_tf.tasks.tag.network import TagNetwork

# Ids below 2 are special, 9 is a piece inside a word, all others begin one.
BEGINS = np.isin(np.arange(10), range(2, 9))
READER = WordReader(TagNetwork(("PER",)), BEGINS)
MEANS = WordReader(TagNetwork(("PER",), crf=True, mean_of_pieces=True), BEGINS)


def rows(*ids):
    """Inputs and outputs of rows: logits are the token's place, and a row's transitions its number."""
    longest = max(map(len, ids))
    padded = np.array([[*row, *[0] * (longest - len(row))] for row in ids], np.int32)
    mask = np.array([[place < len(row) for place in range(longest)] for row in ids], np.int32)
    inputs = {"input_ids": tf.constant(padded), "attention_mask": tf.constant(mask)}
    places = tf.tile(tf.range(longest, dtype=tf.float32)[tf.newaxis, :, tf.newaxis], [len(ids), 1, 3])
    numbers = tf.tile(tf.range(len(ids), dtype=tf.float32)[:, tf.newaxis, tf.newaxis], [1, 4, 3])
    return {"logits": places, "transitions": numbers}, inputs


def test_which_tokens_are_of_words():
    # The second row is a window that begins inside a word; what stands behind [SEP] is padding.
    _, inputs = rows([0, 5, 9, 6, 9, 9, 1], [0, 9, 3, 1])
    found = READER.tokens(inputs)
    assert found.begins.numpy().astype(int).tolist() == [[0, 1, 0, 1, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0]]
    assert found.inside.numpy().astype(int).tolist() == [[0, 0, 1, 0, 1, 1, 0], [0, 0, 0, 0, 0, 0, 0]]


def test_words_have_the_values_of_their_first_tokens_or_the_mean_of_all():
    outputs, inputs = rows([0, 5, 9, 6, 9, 9, 1], [0, 1], [0, 3, 9, 1])
    for reader, wanted in ((READER, [[1, 3], [], [1]]), (MEANS, [[1.5, 4], [], [1.5]])):
        found = reader.of_rows(outputs, inputs)
        assert found["logits"][..., 0].to_list() == wanted
        assert row_lengths(found).numpy().tolist() == [2, 0, 1]
        assert found["transitions"].shape == (3, 4, 3)


def test_what_is_taken_of_windows():
    # Of the second window the word that begins at place 1 is the first one's; its piece belongs to no other word.
    outputs, inputs = rows([0, 5, 6, 7, 1], [0, 7, 9, 8, 9, 1], [0, 2, 1])
    taken = np.ones((3, 6), bool)
    taken[1, :3] = False
    parts = WindowParts(tf.constant(taken), tf.constant([0, 0, 1], tf.int64), tf.constant(2, tf.int64))
    found = MEANS.of_windows(outputs, inputs, parts)
    assert found["logits"][..., 0].to_list() == [[1, 2, 3, 3.5], [1]]
    assert found["transitions"][:, 0, 0].numpy().tolist() == [0, 2]


def test_a_network_that_reads_texts_has_no_words():
    assert word_reader(ClassifyNetwork(("a", "b")), BEGINS) is None
    assert word_reader(TagNetwork(("PER",)), None) is None
    assert word_reader(TagNetwork(("PER",)), BEGINS) is not None
