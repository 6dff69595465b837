"""Training an encoder to tell texts by their labels, before there is a head."""

from collections.abc import Callable

import tensorflow as tf
import tf_keras as keras

from bert_tf.batches.labelled_batches import LabelledBatches
from bert_tf.models.text_model import TextModel
from bert_tf.text.encoded import MODEL_INPUTS
from bert_tf.training.divergence import StopOnDivergence
from bert_tf.training.fit import compile_model


def train_contrast(
    model: TextModel,
    batches: LabelledBatches,
    *,
    optimizer: keras.optimizers.Optimizer,
    steps: int,
    told: Callable[[int, float], object],
) -> None:
    """Take steps of training on batches of labelled texts.

    Args:
        model: With a `LabelContrast`.
        batches: Of texts.
        optimizer: See `adamw`.
        steps: How many.
        told: Is given the number of steps that are done and the loss of the last.

    Raises:
        DivergenceError: the loss is not a number.
    """
    compile_model(model, optimizer=optimizer)
    model.fit(
        _dataset(batches, steps),
        steps_per_epoch=steps,
        callbacks=[StopOnDivergence(rate="few_shot.learning_rate"), _Told(told)],
        verbose=0,
    )


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
