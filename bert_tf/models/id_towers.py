"""The towers of a task that ranks items with a vector for each item in place of a text: what ids alone can learn."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.task_network import HistoryNetwork, Outputs

_RANGE = 0.05  # standard deviation of the first values
_BATCH = 256
_LEARNING_RATE = 3e-3


class IdTowers:
    """A table of values, which the network makes outputs of as it does of those of texts.

    Args:
        network: Of the task.
        values: Of a text, as the head gives them, so many numbers: `network.outputs` takes float32 [B, values].
        items: How many there are, the first of which stands for none.
        seed: Of first values and order.
    """

    def __init__(self, network: HistoryNetwork, *, values: int, items: int, seed: int) -> None:
        self._network, self._random = network, np.random.default_rng(seed)
        first = self._random.normal(0, _RANGE, (items, values)).astype(np.float32)
        self._table = tf.Variable(first, name="items")
        self._optimizer = keras.optimizers.Adam(_LEARNING_RATE)
        self._optimizer.build([self._table])
        self._history = network.history
        numbers = tf.TensorSpec([None, None], tf.int32)
        self._step = tf.function(self._train, input_signature=[numbers, tf.TensorSpec([None], tf.float32)])

    def fit_epoch(self, expected: np.ndarray, weights: np.ndarray) -> None:
        """Train on each of N rows once.

        Args:
            expected: As of `HistoryNetwork`, int32 [N, …].
            weights: Of the rows, float32 [N].
        """
        order = self._random.permutation(len(expected))
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            self._step(tf.constant(expected[rows]), tf.constant(weights[rows]))

    def outputs(self) -> Outputs:
        """Of all items, by number."""
        return self._network.outputs(tf.identity(self._table))

    def weights(self) -> np.ndarray:
        """A copy of the table, which `restore` takes."""
        return np.array(self._table.numpy())

    def restore(self, weights: np.ndarray) -> None:
        """Put a table back."""
        self._table.assign(weights)

    def _train(self, expected: tf.Tensor, weights: tf.Tensor) -> None:
        items = expected[:, 1 : 2 + self._history]
        numbers = tf.unique(tf.sort(tf.concat([[0], tf.reshape(items, [-1])], 0))).y
        with tf.GradientTape() as tape:
            values = tf.gather(self._table, numbers)
            loss = tf.reduce_mean(weights * self._network.loss(expected, self._network.outputs(values)))
        self._optimizer.apply_gradients([(tape.gradient(loss, self._table), self._table)])


def fit_best(
    towers: IdTowers,
    expected: np.ndarray,
    weights: np.ndarray,
    *,
    epochs: int,
    score: Callable[[Outputs], float] | None,
    patience: int,
) -> int:
    """Train, and keep the epoch that is best on validation rows; returns its number.

    Args:
        towers: Are changed.
        expected, weights: As of `IdTowers.fit_epoch`.
        epochs: At most.
        score: Of the outputs of all items, the more the better; None where nothing is validated and the last is kept.
        patience: Epochs without a better one after which training ends.
    """
    best, kept, highest = 0, towers.weights(), -np.inf
    for epoch in range(1, epochs + 1):
        towers.fit_epoch(expected, weights)
        found = epoch if score is None else score(towers.outputs())
        if found > highest:
            best, kept, highest = epoch, towers.weights(), found
        if epoch - best >= patience:
            break
    towers.restore(kept)
    return best
