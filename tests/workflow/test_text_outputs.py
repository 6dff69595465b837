import numpy as np
import tensorflow as tf

from bert_tf.ragged_rows import RaggedRows
from bert_tf.tasks.classify.network import ClassifyNetwork
from bert_tf.tasks.tag.crf import FORBIDDEN, WordChains, best_tags, forbidden_transitions
from bert_tf.tasks.tag.network import TagNetwork
from bert_tf.workflow.text_outputs import WindowRows, text_outputs

RANDOM = np.random.default_rng(1)
TRANSITIONS = np.float32(RANDOM.normal(size=(6, 5)) + FORBIDDEN * forbidden_transitions(2))


def words(*lengths):
    values = np.float32(RANDOM.normal(scale=2, size=(sum(lengths), 5)))
    return RaggedRows.of_lengths(values, np.array(lengths))


def outputs(logits):
    return {"logits": logits, "transitions": np.repeat(TRANSITIONS[np.newaxis], len(logits), 0)}


def test_words_of_a_text_are_judged_together_and_windows_are_no_border():
    network, logits = TagNetwork(("LOC", "PER"), crf=True), words(3, 4, 2)
    # The first two rows are windows of one text, of which the second's first word is the first window's last.
    taken = RaggedRows.of_lengths(np.array([1, 1, 1, 0, 1, 1, 1, 1, 1], bool), np.array([3, 4, 2]))
    found = text_outputs(network, outputs(logits), WindowRows(logits.lengths, np.array([0, 0, 1]), 2, taken))
    assert found["tags"].lengths.tolist() == [6, 2]
    whole = np.concatenate([logits[0], logits[1][1:]])
    chain = WordChains(tf.constant(whole[np.newaxis]), tf.constant(TRANSITIONS[np.newaxis]), tf.constant([6]))
    best = best_tags(chain)
    assert found["tags"][0].tolist() == best.tags[0].numpy().tolist()
    np.testing.assert_allclose(found["gaps"][0], np.tanh(best.gaps[0] / 2), rtol=1e-4)
    assert set(found) == {"logits", "tags", "gaps"}


def test_texts_come_back_in_their_order():
    network, logits = TagNetwork(("LOC", "PER")), words(5, 0, 3, 1)
    found = text_outputs(network, {"logits": logits})
    np.testing.assert_array_equal(found["logits"].values, logits.values)
    assert found["tags"].lengths.tolist() == [5, 0, 3, 1]
    np.testing.assert_array_equal(found["tags"].values, logits.values.argmax(-1))


def test_no_entity_begins_at_a_word_that_is_joined_to_a_mark():
    network = TagNetwork(("LOC", "PER"), joining_marks="@")
    tags = np.array([3, 3, 0, 1])
    logits = RaggedRows.of_lengths(np.float32(9 * np.eye(5)[tags]), np.array([2, 2]))
    # Of the second text a word was cut off.
    joined_to = RaggedRows.of_lengths(np.array([0, ord("@"), 0, ord("."), ord("@")], np.int32), np.array([2, 3]))
    found = text_outputs(network, {"logits": logits}, joined_to=joined_to)
    assert [row.tolist() for row in found["tags"]] == [[3, 0], [0, 1]]
    np.testing.assert_array_equal(found["logits"].values, logits.values)


def test_texts_by_themselves_stay_and_windows_of_a_text_are_merged():
    network, logits = ClassifyNetwork(("a", "b")), np.log(np.float32([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]))
    assert text_outputs(network, {"logits": logits})["logits"] is logits
    merged = text_outputs(network, {"logits": logits}, WindowRows(np.array([2, 2, 3]), np.array([0, 0, 1]), 2, None))
    np.testing.assert_allclose(np.exp(merged["logits"]), [[0.7, 0.3], [0.2, 0.8]], rtol=1e-5)
