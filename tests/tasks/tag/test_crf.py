"""Against all sequences of tags, one by one, in float64."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp, softmax

from bert_tf.tasks.tag.crf import FORBIDDEN, WordChains, best_tags, forbidden_transitions, log_likelihood, log_marginals

TAGS, LONGEST = 5, 5  # O, B and I of two types


def sequences(length):
    return np.array(list(itertools.product(range(TAGS), repeat=length)), int).reshape(TAGS**length, length)


def scores(emissions, transitions, tags):
    """Of sequences [S, W] of a text's tags, float64 [S]."""
    found = np.zeros(len(tags))
    before = np.zeros(len(tags), int)
    for word in range(tags.shape[1]):
        found += emissions[word, tags[:, word]] + transitions[before, tags[:, word]]
        before = 1 + tags[:, word]
    return found


@st.composite
def chains(draw):
    """Three texts, one of which may have no word, with junk behind the last; small steps make sequences that tie."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    lengths = draw(st.tuples(*[st.integers(0, LONGEST)] * 3))
    emissions = generator.normal(scale=3, size=(3, LONGEST, TAGS))
    transitions = generator.normal(scale=2, size=(1 + TAGS, TAGS))
    if draw(st.booleans()):
        emissions, transitions = np.round(emissions), np.round(transitions)
    if draw(st.booleans()):
        transitions = transitions + FORBIDDEN * forbidden_transitions(2)
    return np.float32(emissions), np.float32(transitions), np.array(lengths)


def graph_chains(emissions, transitions, lengths):
    of_rows = tf.broadcast_to(tf.constant(transitions), [len(emissions), *transitions.shape])
    return WordChains(tf.constant(emissions), of_rows, tf.constant(lengths, tf.int64))


@settings(max_examples=40, deadline=None)
@given(chains())
def test_every_sequence_is_summed(given_chains):
    emissions, transitions, lengths = given_chains
    made = graph_chains(*given_chains)
    tags = np.random.default_rng(0).integers(0, TAGS, (3, LONGEST))
    likelihoods = log_likelihood(made, tf.constant(tags, tf.int32)).numpy()
    marginals = log_marginals(made).numpy()
    for row, length in enumerate(lengths):
        every = sequences(length)
        of_all = scores(np.float64(emissions[row]), np.float64(transitions), every)
        own = scores(np.float64(emissions[row]), np.float64(transitions), tags[row : row + 1, :length])
        assert likelihoods[row] == pytest.approx(float(own[0] - logsumexp(of_all)), rel=1e-5, abs=1e-4)
        for word, tag in itertools.product(range(length), range(TAGS)):
            probability = softmax(of_all)[every[:, word] == tag].sum()
            assert np.exp(marginals[row, word, tag]) == pytest.approx(probability, abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(chains())
def test_the_best_sequence_is_found_and_by_how_much_it_is_the_best(given_chains):
    emissions, transitions, lengths = given_chains
    found = best_tags(graph_chains(*given_chains))
    for row, length in enumerate(lengths):
        every = sequences(length)
        of_all = scores(emissions[row], transitions, every)
        said = found.tags.numpy()[row, :length]
        own = scores(emissions[row], transitions, said[np.newaxis])[0]
        assert own == pytest.approx(of_all.max(), abs=1e-2 if own < FORBIDDEN / 2 else 1e-4)
        for word in range(length):
            gap = of_all.max() - of_all[every[:, word] != said[word]].max()
            assert found.gaps.numpy()[row, word] == pytest.approx(gap, rel=1e-4, abs=1e-3)


def test_gradients_are_those_of_finite_differences():
    generator = np.random.default_rng(3)
    emissions, transitions = generator.normal(size=(1, 4, TAGS)), generator.normal(size=(1 + TAGS, TAGS))
    tags = np.array([[1, 2, 0, 3]])

    def likelihood(emissions, transitions):
        own, of_all = (scores(emissions[0], transitions, each) for each in (tags, sequences(4)))
        return own[0] - logsumexp(of_all)

    variables = tf.Variable(emissions, dtype=tf.float32), tf.Variable(transitions, dtype=tf.float32)
    with tf.GradientTape() as tape:
        of_rows = tf.broadcast_to(variables[1], [1, 1 + TAGS, TAGS])
        value = log_likelihood(WordChains(variables[0], of_rows, tf.constant([4])), tf.constant(tags, tf.int32))
    found = tape.gradient(value, variables)
    for argument, gradient in enumerate(found):
        for place in np.ndindex(*gradient.shape):
            ends = []
            for step in (1e-5, -1e-5):
                given_values = [emissions.copy(), transitions.copy()]
                given_values[argument][place] += step
                ends.append(likelihood(*given_values))
            assert gradient.numpy()[place] == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-4)


def test_what_goes_on_with_nothing_is_forbidden():
    # By row: the beginning, O, B-LOC, I-LOC, B-PER, I-PER; I-LOC is tag 2, I-PER tag 4.
    assert forbidden_transitions(2).astype(int).tolist() == [
        [0, 0, 1, 0, 1],
        [0, 0, 1, 0, 1],
        [0, 0, 0, 0, 1],
        [0, 0, 0, 0, 1],
        [0, 0, 1, 0, 0],
        [0, 0, 1, 0, 0],
    ]


def test_no_best_sequence_has_a_forbidden_transition():
    generator = np.random.default_rng(5)
    transitions = FORBIDDEN * forbidden_transitions(2)
    emissions = generator.normal(scale=5, size=(50, 12, TAGS))
    lengths = generator.integers(1, 13, 50)
    tags = best_tags(graph_chains(np.float32(emissions), np.float32(transitions), lengths)).tags.numpy()
    for row, length in zip(tags, lengths, strict=True):
        for before, tag in itertools.pairwise([-1, *row[:length]]):
            assert not forbidden_transitions(2)[1 + before, tag]


def test_texts_without_words_and_no_text_at_all():
    transitions = np.zeros((1 + TAGS, TAGS), np.float32)
    for rows in (2, 0):
        made = graph_chains(np.zeros((rows, 0, TAGS), np.float32), transitions, np.zeros(rows, int))
        assert log_likelihood(made, tf.zeros((rows, 0), tf.int32)).numpy().tolist() == [0] * rows
        assert log_marginals(made).shape == (rows, 0, TAGS)
        assert [part.shape.as_list() for part in best_tags(made)] == [[rows, 0]] * 2
