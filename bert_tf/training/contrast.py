"""Training an encoder to tell texts by their labels, before there is a head."""

from collections.abc import Callable

import tensorflow as tf
import tf_keras as keras

from bert_tf.batches.labelled_batches import LabelledBatches
from bert_tf.models.kernels.rows_in_use import RowsInUse
from bert_tf.models.label_contrast import least_loss
from bert_tf.models.text_model import TextModel
from bert_tf.text.encoded import MODEL_INPUTS
from bert_tf.training.divergence import StopOnDivergence
from bert_tf.training.fit import compile_model

# A loss that is no further above the least one leaves little to learn: see docs/how-to/few-labels.md.
_LEFT_TO_LEARN, _IN_A_ROW = 0.02, 3


def train_contrast(
    model: TextModel,
    batches: LabelledBatches,
    *,
    optimizer: keras.optimizers.Optimizer,
    rows_in_use: RowsInUse | None,
    steps: int,
    told: Callable[[int, float], object],
) -> int:
    """Take steps of training on batches of labelled texts until the texts of each label lie together.

    Args:
        model: With a `LabelContrast`.
        batches: Of texts.
        optimizer: See `adamw`.
        rows_in_use: As of `compile_model`.
        steps: How many at most. It ends before where the losses of three batches, one behind the other, are less than
            0.02 above the least ones that there can be.
        told: Is given the number of steps that are done and the loss of the last.

    Returns:
        How many steps were taken.

    Raises:
        DivergenceError: the loss is not a number.
    """
    compile_model(model, optimizer=optimizer, rows_in_use=rows_in_use)
    end = _EndWhenLearned(batches)
    model.fit(
        _dataset(batches, steps),
        steps_per_epoch=steps,
        callbacks=[StopOnDivergence(rate="few_shot.learning_rate"), _Told(told), end],
        verbose=0,
    )
    return end.steps


class _EndWhenLearned(keras.callbacks.Callback):
    def __init__(self, batches: LabelledBatches) -> None:
        super().__init__()
        self._batches = batches
        self.steps = self._learned = 0

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        """Called by Keras; `batch` counts from 0."""
        self.steps = batch + 1
        left = logs["step_loss"] - least_loss(self._batches.has_label(batch))
        self._learned = self._learned + 1 if left < _LEFT_TO_LEARN else 0
        if self._learned == _IN_A_ROW:
            self.model.stop_training = True


class _Told(keras.callbacks.Callback):
    def __init__(self, told: Callable[[int, float], object]) -> None:
        super().__init__()
        self._told = told

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        """Called by Keras; `batch` counts from 0."""
        self._told(batch + 1, logs["step_loss"])


def _dataset(batches: LabelledBatches, steps: int) -> tf.data.Dataset:
    """Elements as of `LabelledBatches.batch`, as tensors."""
    inputs, has_label = batches.batch(0)
    ids = tf.TensorSpec(inputs[MODEL_INPUTS[0]].shape, tf.int32)
    signature = (dict.fromkeys(MODEL_INPUTS, ids), tf.TensorSpec(has_label.shape, tf.bool))
    return tf.data.Dataset.from_generator(lambda: batches.batches(steps), output_signature=signature).prefetch(2)
