import pytest
import tensorflow as tf
import tf_keras as keras

from bert_tf.training.fit import Steps, fit_epochs
from bert_tf.training.step_counter import StepCounter


@pytest.mark.parametrize(("epochs", "steps_of_epoch", "left"), [(0, 0, 6), (1, 1, 3), (2, 0, 2)])
def test_what_is_left_is_trained_and_counted(epochs, steps_of_epoch, left):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.build((None, 1))
    rows = (tf.ones((1, 1)), tf.zeros((1, 1)))
    steps = Steps(
        lambda step: tf.data.Dataset.from_tensors(rows).repeat(6 - step), lambda step: None, epochs=3, steps_per_epoch=2
    )
    counter = StepCounter(epochs=epochs, steps_of_epoch=steps_of_epoch)
    fit_epochs(model, steps, counter, [counter])
    assert (counter.epochs, counter.steps_of_epoch) == (3, 0)
    assert model.optimizer.iterations == left
