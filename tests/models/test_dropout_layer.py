import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.dropout_layer import Dropout, random_states

ONES = tf.ones([100, 200])


def test_a_share_is_dropped_and_the_rest_makes_up_for_it():
    values = Dropout(0.25)(ONES, training=True).numpy()
    # 20,000 draws: five standard deviations are 0.0153.
    assert (values == 0).mean() == pytest.approx(0.25, abs=0.0153)
    assert set(np.unique(values)) == {0.0, np.float32(1 / 0.75)}


@pytest.mark.parametrize(("rate", "training"), [(0.25, False), (0.0, True)])
def test_nothing_is_dropped(rate, training):
    np.testing.assert_array_equal(Dropout(rate)(ONES, training=training), ONES)


def test_each_call_has_a_mask_of_its_own_and_the_state_brings_it_back():
    layer = Dropout(0.5)
    (state,) = random_states(keras.Sequential([layer]))
    before = tf.identity(state)
    drop = tf.function(lambda: layer(ONES, training=True))
    first, second = drop().numpy(), drop().numpy()
    assert (first != second).any()
    state.assign(before)
    np.testing.assert_array_equal(drop(), first)


def test_the_seed_of_the_program_is_that_of_the_masks():
    masks = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        masks.append(Dropout(0.5)(ONES, training=True).numpy())
    np.testing.assert_array_equal(masks[0], masks[1])
    assert (masks[0] != masks[2]).any()


def test_states_are_no_weights():
    model = keras.Sequential([Dropout(0.5), keras.layers.Dense(2), Dropout(0.1), Dropout(0.0)])
    model.build((None, 3))
    assert len(model.weights) == 2
    assert [tuple(state.shape) for state in random_states(model)] == [(3,), (3,)]
