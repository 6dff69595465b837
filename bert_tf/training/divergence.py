"""A loss that is not a number ends the run with a sentence instead of hours of nothing."""

import math

import tf_keras as keras

from bert_tf.errors import TrainingError


class StopOnDivergence(keras.callbacks.Callback):
    """Raises TrainingError at the first step whose loss is not finite."""

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        """Called by Keras."""
        if not math.isfinite(logs["step_loss"]):
            raise TrainingError(
                f"The loss is {logs['step_loss']}: training has diverged.",
                where=f"step {int(self.model.optimizer.iterations)}",
                hint="lower training.learning_rate, or raise training.warmup",
            )
