"""Learning rate over the steps of a run."""

import math

import tensorflow as tf
import tf_keras as keras


@keras.saving.register_keras_serializable(package="bert_tf")
class WarmupSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up from 0, then linear or cosine decay to 0, or constant.

    The same curves as transformers' `get_linear_schedule_with_warmup` and its siblings: step k (from 0) of W warm-up
    steps has peak · k / W.

    Args:
        peak: Learning rate at the end of the warm-up.
        shape: "linear", "cosine" (Loshchilov & Hutter 2017, half a period) or "constant".
        warmup_steps: W, 0 or more.
        total_steps: Step at which a decay reaches 0.
    """

    def __init__(self, *, peak: float, shape: str, warmup_steps: int, total_steps: int) -> None:
        super().__init__()
        self.peak, self.shape, self.warmup_steps, self.total_steps = peak, shape, warmup_steps, total_steps

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """Learning rate of a step, float32 scalar."""
        step = tf.cast(step, tf.float32)
        rising = step / max(1.0, float(self.warmup_steps))
        done = (step - self.warmup_steps) / max(1.0, float(self.total_steps - self.warmup_steps))
        done = tf.clip_by_value(done, 0.0, 1.0)
        falling = {
            "linear": lambda: 1.0 - done,
            "cosine": lambda: 0.5 * (1.0 + tf.cos(math.pi * done)),
            "constant": lambda: tf.ones_like(done),
        }[self.shape]()
        return self.peak * tf.where(step < self.warmup_steps, rising, falling)

    def get_config(self) -> dict[str, object]:
        """Arguments that make an equal schedule."""
        return {
            "peak": self.peak,
            "shape": self.shape,
            "warmup_steps": self.warmup_steps,
            "total_steps": self.total_steps,
        }
