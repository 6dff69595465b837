"""TF-IDF in the graph, against counters of Python's and the formula."""

import collections
import itertools
import math

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.models.encoders.bag_of_pieces import BagOfPieces
from bert_tf.models.encoders.document_frequencies import count_documents
from bert_tf.models.encoders.encoder_config import encoder_config

VOCABULARY, PAIRS = 10, 12
RANDOM = np.random.default_rng(3)
# Piece 9 is in none of them, and piece 1 in all.
TEXTS = [[1, *RANDOM.integers(2, 9, size=RANDOM.integers(0, 9)).tolist()] for _ in range(20)]


@pytest.fixture(scope="module")
def bag():
    """One that has learned of the texts, and gives their TF-IDF as it is: its dense layer changes nothing."""
    size = VOCABULARY + PAIRS
    values = {"model_type": "bow", "vocab_size": VOCABULARY, "pairs": PAIRS, "hidden_size": size}
    encoder = BagOfPieces(encoder_config(values, where=""))
    lengths = np.array([len(text) for text in TEXTS])
    encoder.learn(
        count_documents(lambda index: np.array(TEXTS[index]), lengths, vocabulary_size=VOCABULARY, most_pairs=PAIRS)
    )
    encoder.table.assign(np.eye(size, dtype=np.float32))
    return encoder


def terms(text):
    return collections.Counter([*text, *itertools.pairwise(text)])


def expected(bag, text):
    """By the definition: occurrences times ln((1 + N) / (1 + n)), and a length of 1."""
    documents = collections.Counter(term for each in TEXTS for term in set(terms(each)))
    known = [divmod(key, VOCABULARY) for key in bag.pairs.numpy().tolist()]
    places = [*range(VOCABULARY), *known]
    counts = terms(text)
    vector = np.array([
        counts[place] * math.log((1 + len(TEXTS)) / (1 + documents[place])) if documents[place] else 0.0
        for place in places
    ])  # fmt: skip
    return vector / (np.linalg.norm(vector) or 1.0)


def padded(texts, length, filler=0):
    ids = np.full((len(texts), length), filler, np.int32)
    mask = np.zeros_like(ids)
    for row, text in enumerate(texts):
        ids[row, : len(text)], mask[row, : len(text)] = text, 1
    return {"input_ids": tf.constant(ids), "attention_mask": tf.constant(mask)}


def test_vectors_by_the_definition(bag):
    texts = [*TEXTS, [1, 9, 9, 2], [1, 2, 2, 2, 3, 2, 2], [5]]
    found = bag(padded(texts, 12))
    assert found.shape == (len(texts), 1, VOCABULARY + PAIRS)
    for text, vector in zip(texts, found[:, 0].numpy(), strict=True):
        np.testing.assert_allclose(vector, expected(bag, text), atol=1e-6)


def test_padding_is_no_part_of_a_text(bag):
    # Whatever stands there, pieces that count among them.
    alone, beside = bag(padded(TEXTS[:3], 9)), bag(padded(TEXTS[:3], 40, filler=4))
    np.testing.assert_allclose(alone, beside, atol=1e-6)


def test_a_text_of_nothing_that_counts_is_a_vector_of_zeros(bag):
    assert not bag(padded([[1], [9, 9]], 2)).numpy().any()


def test_what_every_text_has_counts_nothing_and_what_none_has_too(bag):
    assert bag.rarity.numpy()[[1, 9]].tolist() == [0, 0]
    assert not bag.rarity.trainable
    assert not bag.pairs.trainable


def test_a_token_that_is_half_there(bag):
    inputs = padded([[1, 2, 3]], 3)
    there = tf.constant([[[1.0], [1.0], [0.5]]])
    whole, half = bag(inputs)[0, 0].numpy(), bag({**inputs, "inputs_embeds": there})[0, 0].numpy()
    known = [VOCABULARY + place for place, key in enumerate(bag.pairs.numpy()) if key in (12, 23)]
    assert len(known) == 2  # (1, 2) and (2, 3)
    share = np.ones(VOCABULARY + PAIRS)
    share[[3, known[1]]] = 0.5
    np.testing.assert_allclose(half, whole * share, atol=1e-6)


def test_what_stands_for_a_token_is_whether_it_is_there(bag):
    points = bag.points(tf.constant([1, 2, 3]), tf.constant([True, False, True]), baseline_id=0)
    assert points.numpy().tolist() == [[1], [0], [1]]
