"""Integrated gradients: by hand, against finite differences, and on the real encoder."""

import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras
from scipy.special import logit, softmax

from bert_tf.evaluation.attribution import EmbeddingAttribution, integrated_gradients
from bert_tf.models.encoder import load_encoder, make_encoder
from bert_tf.models.encoders.document_frequencies import count_documents
from bert_tf.models.encoders.encoder_config import encoder_config
from bert_tf.models.text_model import TextModel
from bert_tf.tasks.classify.network import ClassifyNetwork

RANDOM = np.random.default_rng(5)
SMALL = {"num_hidden_layers": 1, "hidden_size": 12, "num_attention_heads": 2, "intermediate_size": 16, "vocab_size": 50}


def attributed(value, inputs, baseline, *, steps, factor=1.0):
    """Of a function [R, L, H] to [R], with TensorFlow's own gradients times a factor."""

    def gradients(points):
        with tf.GradientTape() as tape:
            tape.watch(points)
            found = value(points)
        return factor * tape.gradient(found, points)

    return integrated_gradients(value, gradients, np.float32(inputs), np.float32(baseline), steps=steps)


def test_a_linear_function_by_hand():
    weights, inputs, baseline = RANDOM.normal(size=(3, 4, 2))
    found = attributed(lambda points: tf.reduce_sum(points * np.float32(weights), [1, 2]), inputs, baseline, steps=1)
    np.testing.assert_allclose(found.scores, (weights * (inputs - baseline)).sum(-1), atol=1e-5)
    assert found.completeness_error < 1e-4


def test_curved_functions_by_hand():
    # Of x² from b: x² - b². Of x·y from 0: half of it for each.
    squares = attributed(lambda points: tf.reduce_sum(points**2, [1, 2]), [[3, 0], [1, -2]], [[1, 0], [2, 0]], steps=2)
    np.testing.assert_allclose(squares.scores, [8, 1 - 4 + 4], atol=1e-5)
    product = attributed(lambda points: points[:, 0, 0] * points[:, 1, 0], [[4.0], [3.0]], [[0.0], [0.0]], steps=3)
    np.testing.assert_allclose(product.scores, [6, 6], atol=1e-5)


def test_a_step_on_the_line_is_found():
    # Nearly all of the change is on a fiftieth of the line: 32 points spread evenly have one there, or none.
    found = attributed(lambda points: tf.sigmoid(300 * (points[:, 0, 0] - 0.337)), [[1.0]], [[0.0]], steps=32)
    assert found.completeness_error < 0.02
    assert found.scores[0] == pytest.approx(1, rel=0.02)


def test_the_error_by_hand():
    def mean(points):
        return points[:, 0, 0]

    assert attributed(mean, [[2.0]], [[0.0]], steps=4, factor=1.25).completeness_error == pytest.approx(0.25)
    # A difference of 0.01 counts as 0.1.
    assert attributed(mean, [[0.01]], [[0.0]], steps=4, factor=2).completeness_error == pytest.approx(0.1, rel=1e-4)
    nothing = attributed(mean, [[1.0]], [[1.0]], steps=4)
    assert (nothing.scores[0], nothing.completeness_error) == (0, 0)


def test_long_texts_take_few_rows_at_a_time():
    shapes = []

    def total(points):
        shapes.append(points.shape)
        return tf.reduce_sum(points, [1, 2])

    found = attributed(total, np.ones((500, 2)), np.zeros((500, 2)), steps=16)
    assert max(rows * length for rows, length, _ in shapes) <= 512
    np.testing.assert_allclose(found.scores, 2, atol=1e-4)


def text_model(encoder, pooling="first"):
    network = ClassifyNetwork(("a", "b", "c"))
    head = network.head(dropout=0.1, initializer_range=0.2)
    return TextModel(encoder=encoder, network=network, head=head, pooling=pooling)


@pytest.fixture(scope="module")
def real(minilm):
    """MiniLM under a head that was never trained."""
    keras.utils.set_random_seed(3)
    return text_model(load_encoder(minilm)[0], "pooler")


IDS = np.array([101, 1996, 11194, 3195, 3807, 999, 102], np.int32)
SPECIAL = (IDS == 101) | (IDS == 102)
NO_SEGMENTS = np.zeros_like(IDS)
MASK = 103


def answers(model, ids, segments=None):
    inputs = {
        "input_ids": tf.constant(ids[None]),
        "attention_mask": tf.ones((1, len(ids)), tf.int32),
        "token_type_ids": tf.constant((np.zeros_like(ids) if segments is None else segments)[None]),
    }
    return logit(softmax(model(inputs)["logits"].numpy().astype(np.float64), -1))[0]


@pytest.mark.parametrize("target", [0, 2])
def test_the_real_encoder_is_complete(real, target):
    found = EmbeddingAttribution(real, baseline_id=MASK)(IDS, NO_SEGMENTS, special=SPECIAL, target=target, steps=32)
    # The two ends are computed here from ids, there from embeddings.
    difference = answers(real, IDS)[target] - answers(real, np.where(SPECIAL, IDS, MASK).astype(np.int32))[target]
    assert found.scores.sum() == pytest.approx(difference, rel=0.03, abs=1e-3)
    assert found.completeness_error < 0.03
    assert list(found.scores[SPECIAL]) == [0, 0]


def test_gradients_against_finite_differences(real):
    attribution = EmbeddingAttribution(real, baseline_id=MASK)
    table = real.encoder.embeddings.words.numpy()
    embeddings = table[IDS][None]
    rest = (tf.constant(IDS), tf.constant(NO_SEGMENTS), tf.constant(1))
    gradients = attribution._gradients(tf.constant(embeddings), *rest).numpy()
    for seed in range(3):
        direction = np.random.default_rng(seed).normal(size=embeddings.shape).astype(np.float32)
        direction *= 0.02 / np.linalg.norm(direction)
        ends = [attribution._values(tf.constant(embeddings + sign * direction), *rest).numpy() for sign in (1, -1)]
        assert (ends[0] - ends[1])[0] / 2 == pytest.approx((gradients * direction).sum(), rel=0.05, abs=1e-5)


@pytest.mark.parametrize(
    "values",
    [
        {"model_type": "distilbert", "dim": 12, "n_heads": 2, "n_layers": 1, "hidden_dim": 16, "vocab_size": 50},
        {"model_type": "roberta", **SMALL, "type_vocab_size": 1},
        {"model_type": "electra", **SMALL, "embedding_size": 8},
        {"model_type": "mpnet", **SMALL},
        {"model_type": "bilstm", "vocab_size": 50, "embedding_size": 6, "hidden_size": 8},
    ],
    ids=lambda values: values["model_type"],
)
def test_other_encoders(values):
    model = text_model(make_encoder(encoder_config(values, where="")), "mean")
    ids, segments = np.array([2, 11, 12, 3, 13, 3], np.int32), np.array([0, 0, 0, 0, 1, 1], np.int32)
    special = ids < 4
    found = EmbeddingAttribution(model, baseline_id=4)(ids, segments, special=special, target=1, steps=16)
    ends = [answers(model, row.astype(np.int32), segments)[1] for row in (ids, np.where(special, ids, 4))]
    assert found.scores.sum() == pytest.approx(ends[0] - ends[1], rel=0.03, abs=2e-3)


def test_of_a_bag_of_words_what_is_gone_counts_nothing():
    values = {"model_type": "bow", "vocab_size": 50, "pairs": 4, "hidden_size": 8, "initializer_range": 1.0}
    encoder = make_encoder(encoder_config(values, where=""))
    ids = np.array([2, 11, 12, 3, 13, 3], np.int32)
    rows = [ids, np.array([2, 11, 12, 30, 3], np.int32), np.array([2, 40, 3], np.int32)]
    lengths = np.array(list(map(len, rows)))
    encoder.learn(count_documents(rows.__getitem__, lengths, vocabulary_size=50, most_pairs=4))
    model = text_model(encoder, "only")
    found = EmbeddingAttribution(model, baseline_id=4)(ids, np.zeros_like(ids), special=ids < 4, target=1, steps=64)
    # Of [CLS] and [SEP], which all texts have, nothing is left: a vector of zeros.
    nothing = answers(model, np.array([2, 3], np.int32))
    assert found.scores.sum() == pytest.approx(answers(model, ids)[1] - nothing[1], rel=0.03, abs=2e-3)
    assert found.scores[ids < 4].tolist() == [0, 0, 0]
    assert np.abs(found.scores[[1, 2, 4]]).min() > 0
