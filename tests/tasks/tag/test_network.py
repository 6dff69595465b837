import math

import numpy as np
import pytest
import tensorflow as tf
from tag_numbers import numbers

from bert_tf.errors import RecipeError
from bert_tf.tasks.tag.crf import FORBIDDEN, forbidden_transitions
from bert_tf.tasks.tag.network import TagNetwork

NETWORK = TagNetwork(("LOC", "PER"))
NAMES = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]


def logits_of(rows, share=0.9):
    """Logits of tags, padded with what would be entities."""
    longest = max(map(len, rows))
    values = np.full((len(rows), longest, 5), math.log((1 - share) / 4), np.float32)
    for row, tags in enumerate(rows):
        for place in range(longest):
            values[row, place, tags[place] if place < len(tags) else 1] = math.log(share)
    return {"logits": tf.constant(values)}


def decoded(rows, *, starts=None, share=0.9):
    tags = [numbers(row.split()) for row in rows]
    starts = starts or [[3 * place for place in range(len(row))] for row in tags]
    begins = tf.ragged.constant(starts, tf.int32, row_splits_dtype=tf.int64)
    return {name: value.numpy() for name, value in served(logits_of(tags, share), begins, begins + 2).items()}


def served(outputs, starts, ends, network=NETWORK):
    return network.decode_words(network.join(outputs, starts.row_lengths()), starts=starts, ends=ends)


def test_the_loss_of_a_row_is_the_mean_over_its_words():
    outputs = logits_of([[0, 1, 3], [4, 0, 0], [0, 0, 0]])
    expected = tf.constant([[-1, 1, 0], [-1, 4, -1], [-1, -1, -1]])
    right, wrong = -math.log(0.9), -math.log(0.1 / 4)
    # The second row's word has the tag O where I-PER is right.
    np.testing.assert_allclose(NETWORK.loss(expected, outputs), [(right + wrong) / 2, wrong, 0], rtol=1e-5)


def test_smoothing_spreads_a_share_over_all_tags():
    smooth = TagNetwork(("LOC", "PER"), label_smoothing=0.5)
    right, wrong = -math.log(0.9), -math.log(0.1 / 4)
    found = smooth.loss(tf.constant([[0]]), logits_of([[0]]))
    np.testing.assert_allclose(found, [0.6 * right + 0.4 * wrong], rtol=1e-5)


def test_words_are_counted_and_other_tokens_are_not():
    (metric,) = metrics = NETWORK.metrics()
    NETWORK.update_metrics(metrics, tf.constant([[-1, 1, 2, -1]]), logits_of([[0, 1, 3, 0]]))
    assert metric.result().numpy() == pytest.approx(0.5)


def test_entities_are_served_in_characters_and_padded():
    found = decoded(["B-PER I-PER O B-LOC", "O", "I-LOC B-LOC I-LOC", ""])
    assert found["count"].tolist() == [2, 0, 2, 0]
    assert found["starts"].tolist() == [[0, 9], [0, 0], [0, 3], [0, 0]]
    assert found["ends"].tolist() == [[5, 11], [0, 0], [2, 8], [0, 0]]
    assert found["labels"].tolist() == [[b"PER", b"LOC"], [b"", b""], [b"LOC", b"LOC"], [b"", b""]]
    np.testing.assert_allclose(found["scores"], [[0.9, 0.9], [0, 0], [0.9, 0.9], [0, 0]], rtol=1e-5)
    assert {name: values.dtype.name for name, values in found.items()} == {
        "count": "int32", "starts": "int32", "ends": "int32", "labels": "object",
        "scores": "float32", "mentions": "float32", "margin": "float32",
    }  # fmt: skip


def test_mentions_and_margin_tell_how_sure_an_answer_is():
    found = decoded(["B-PER I-PER O B-LOC", "O", ""])
    # Both tags of a type count; of a word that is outside, each other tag has a quarter of 0.1.
    np.testing.assert_allclose(found["mentions"], [[0.925, 0.925], [0.05, 0.05], [0, 0]], rtol=1e-5)
    np.testing.assert_allclose(found["margin"], [0.875, 0.875, 1], rtol=1e-5)


def test_the_score_of_an_entity_is_the_mean_over_its_words():
    values = logits_of([numbers(["B-PER", "I-PER", "O", "B-LOC"])])["logits"].numpy()
    values[0, 1] = np.log([0.1, 0.1, 0.1, 0.1, 0.6])
    begins = tf.ragged.constant([[0, 2, 4, 6]], tf.int32, row_splits_dtype=tf.int64)
    found = served({"logits": tf.constant(values)}, begins, begins + 1)
    np.testing.assert_allclose(found["scores"], [[0.75, 0.9]], rtol=1e-5)


def test_a_batch_without_entities_and_one_without_texts():
    found = decoded(["O O", "O"])
    assert {name: found[name].shape for name in ("starts", "labels", "scores")} == dict.fromkeys(
        ("starts", "labels", "scores"), (2, 0)
    )
    none = tf.RaggedTensor.from_row_lengths(tf.zeros(0, tf.int32), tf.zeros(0, tf.int64))
    empty = served({"logits": tf.zeros((0, 0, 5))}, none, none)
    assert {name: value.shape.as_list() for name, value in empty.items()} == {
        "count": [0], "starts": [0, 0], "ends": [0, 0], "labels": [0, 0], "scores": [0, 0],
        "mentions": [0, 2], "margin": [0],
    }  # fmt: skip


def test_words_without_places():
    found = NETWORK.decode(NETWORK.join(logits_of([[0, 3, 4]]), tf.constant([3])))
    assert found["labels"].numpy().tolist() == [[b"O", b"B-PER", b"I-PER"]]
    np.testing.assert_allclose(found["scores"], [[0.9] * 3], rtol=1e-5)


def test_what_is_explained_grows_with_the_words_of_the_type():
    def explained(row, kind):
        return NETWORK.explained(logits_of([numbers(row.split())]), tf.constant(kind)).numpy()[0]

    with_one, with_two, without = (explained(row, 1) for row in ("O B-PER", "B-PER I-PER", "O B-LOC"))
    assert without < with_one < with_two
    # log(0.925 / 0.075) of one word; the other adds its own odds, 0.05 / 0.95.
    assert with_one == pytest.approx(math.log(0.925 / 0.075 + 0.05 / 0.95), rel=1e-4)
    assert explained("", 1) == pytest.approx(-20)


CRF = TagNetwork(("LOC", "PER"), crf=True)


def chain_of(rows, share):
    """Such logits beside transitions that forbid what the scheme does."""
    transitions = tf.constant(FORBIDDEN * forbidden_transitions(2), tf.float32)
    return {**logits_of(rows, share), "transitions": tf.tile(transitions[tf.newaxis], [len(rows), 1, 1])}


def test_a_sequence_has_one_loss_by_the_words_of_its_row():
    # Of one word: the tags that may stand at the beginning share its probability, three of five.
    outputs = chain_of([[0, 1, 0]], 0.6)
    found = CRF.loss(tf.constant([[-1, 1, -1]]), outputs)
    np.testing.assert_allclose(found, [-math.log(0.6 / (0.6 + 0.1 + 0.1))], rtol=1e-4)
    assert CRF.loss(tf.constant([[-1, -1, -2]]), outputs).numpy().tolist() == [0]
    # Pieces inside of words stand between the words and are none.
    apart = CRF.loss(tf.constant([[1, -2, 2]]), chain_of([[1, 3, 2]], 0.6))
    beside = CRF.loss(tf.constant([[1, 2]]), chain_of([[1, 2]], 0.6))
    np.testing.assert_allclose(apart, beside, rtol=1e-5)


def test_words_are_judged_beside_each_other():
    begins = tf.ragged.constant([[0, 2, 4], [0]], tf.int32, row_splits_dtype=tf.int64)
    rows = [numbers(["B-PER", "I-LOC", "O"]), numbers(["I-PER"])]
    found = served(chain_of(rows, 0.6), begins, begins + 1, CRF)
    # I-LOC can't follow, and nothing can go on at the beginning; all other tags are equally probable.
    assert found["count"].numpy()[0] in (1, 2)
    assert b"LOC" not in found["labels"].numpy()[0, :1]
    joined = CRF.join(chain_of(rows, 0.6), begins.row_lengths())
    assert joined["tags"].numpy()[0, 1] != 2
    assert joined["tags"].numpy()[1, 0] in (0, 1, 3)
    # Of the second text each of three tags has a third, and none is above the others.
    np.testing.assert_allclose(found["mentions"][1], [1 / 3, 1 / 3], rtol=1e-4)
    np.testing.assert_allclose(found["margin"][1], 0, atol=1e-4)


def test_pieces_count_where_the_recipe_says_so():
    outputs = logits_of([[0, 1, 3, 0]])
    expected = tf.constant([[-1, 1, -2, -1]])
    first, mean = (TagNetwork(("LOC", "PER"), mean_of_pieces=mean).loss(expected, outputs) for mean in (False, True))
    np.testing.assert_allclose(first, [-math.log(0.9)], rtol=1e-5)
    # Two tags share alike: exp(mean of logs) is sqrt(0.9 · 0.025), thrice 0.025 beside them.
    both = math.sqrt(0.9 * 0.025)
    np.testing.assert_allclose(mean, [-math.log(both / (2 * both + 3 * 0.025))], rtol=1e-5)


def test_examples_have_the_weights_that_came_with_them():
    assert NETWORK.example_weights(None, np.array([1.0, 3.0])).tolist() == [0.5, 1.5]
    with pytest.raises(RecipeError, match="weight 0"):
        NETWORK.example_weights(None, np.zeros(2))
