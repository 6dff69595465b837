"""The head of a model over vectors that stay as they are: a small convex problem, solved to its end."""

import numpy as np
import tensorflow as tf

from bert_tf.models.task_network import TaskNetwork
from bert_tf.models.text_model import TextModel

_MOST_STEPS = 500


def fit_head(model: TextModel, vectors: np.ndarray, *, expected: np.ndarray, weights: np.ndarray) -> None:
    """Give the head the values that make the task's loss and a penalty on its matrices least; by L-BFGS.

    The penalty is half the sum of squares, as scikit-learn's `LogisticRegression` has it with C = 1, beside the sum of
    the rows' losses; where something is expected of each of C outputs, a row's loss is their mean, and the penalty
    counts a Cth. Nothing is dropped out, and nothing is random.

    Args:
        model: Of a task that reads whole texts, with a head whose loss is convex in its variables.
        vectors: What the head reads of N texts, float32 [N, H].
        expected: As the task encodes it, [N, …].
        weights: Of the texts, float32 [N], with mean 1.
    """
    from scipy.optimize import minimize

    variables = model.head.trainable_variables
    problem = _Problem(model.network, model.head, tf.constant(vectors), tf.constant(expected), tf.constant(weights))
    start = np.concatenate([np.zeros(variable.shape.num_elements()) for variable in variables])

    def value_and_gradient(point: np.ndarray) -> tuple[float, np.ndarray]:
        _put(variables, point)
        loss, gradients = problem.gradients()
        flat = [np.ravel(tf.convert_to_tensor(gradient).numpy()) for gradient in gradients]
        return float(loss), np.concatenate(flat).astype(np.float64)

    found = minimize(value_and_gradient, start, jac=True, method="L-BFGS-B", options={"maxiter": _MOST_STEPS})
    _put(variables, found.x)


class _Problem(tf.Module):
    """Loss and penalty of N texts, and their gradients by the head's variables."""

    def __init__(
        self, network: TaskNetwork, head: tf.Module, vectors: tf.Tensor, expected: tf.Tensor, weights: tf.Tensor
    ) -> None:
        super().__init__()
        self._network, self._head = network, head
        self._vectors, self._expected, self._weights = vectors, expected, weights

    @tf.function
    def gradients(self) -> tuple[tf.Tensor, list[tf.Tensor]]:
        variables = self._head.trainable_variables
        rows = tf.cast(tf.shape(self._vectors)[0], tf.float32)
        with tf.GradientTape() as tape:
            losses = self._network.loss(self._expected, self._network.outputs(self._head(self._vectors)))
            matrices = [variable for variable in variables if len(variable.shape) > 1]
            penalty = tf.add_n([tf.nn.l2_loss(matrix) for matrix in matrices])
            loss = (tf.reduce_sum(self._weights * losses) + penalty / self._expected[0].shape.num_elements()) / rows
        return loss, tape.gradient(loss, variables)


def _put(variables: list[tf.Variable], point: np.ndarray) -> None:
    """Give variables the values of one flat array."""
    ends = np.cumsum([variable.shape.num_elements() for variable in variables])
    for variable, values in zip(variables, np.split(point, ends[:-1]), strict=True):
        variable.assign(values.reshape(variable.shape).astype(np.float32))
