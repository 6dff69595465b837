import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.task_measures import TaskMeasures


class Numbers:
    """A task whose expected values and outputs are numbers."""

    def loss(self, expected, outputs):
        return tf.abs(expected - outputs["value"])

    def metrics(self):
        return [keras.metrics.MeanSquaredError(name="mse")]

    def update_metrics(self, metrics, expected, outputs):
        for metric in metrics:
            metric.update_state(expected, outputs["value"])


OUTPUTS = {"value": tf.constant([1.0, 2.0, 3.0]), "ignored": tf.zeros((3, 5))}
EXPECTED, WEIGHTS = tf.constant([1.0, 4.0, 0.0]), tf.constant([9.0, 1.0, 2.0])


def test_the_loss_is_the_weighted_sum_by_the_number_of_rows_and_is_counted_by_rows():
    measures = TaskMeasures(Numbers(), with_loss=True, with_metrics=True)
    # Errors of 0, 2 and 3; then one row with an error of 5.
    loss = measures.loss(EXPECTED, OUTPUTS, WEIGHTS, penalties=[])
    np.testing.assert_allclose(loss, (0 + 2 + 6) / 3)
    one = measures.loss(tf.constant([5.0]), {"value": tf.constant([0.0])}, None, penalties=[tf.constant(0.5)])
    np.testing.assert_allclose(one, 5.5)
    measures.update_metrics(EXPECTED, OUTPUTS)
    found = {metric.name: float(metric.result()) for metric in measures.metrics}
    assert found == {"loss": pytest.approx((8 + 5.5) / 4), "mse": pytest.approx((0 + 4 + 9) / 3)}


@pytest.mark.parametrize(
    ("with_loss", "with_metrics", "names"), [(True, False, ["loss"]), (False, True, ["mse"]), (False, False, [])]
)
def test_what_compile_was_given_is_not_reported_twice(with_loss, with_metrics, names):
    measures = TaskMeasures(Numbers(), with_loss=with_loss, with_metrics=with_metrics)
    assert [metric.name for metric in measures.metrics] == names
