"""A loss that is not a number ends the run with a sentence instead of hours of nothing."""

import math

import tf_keras as keras

from bert_tf.errors import DivergenceError

# Where Keras stops halving it.
_LOWEST_SCALE = 1.0


class StopOnDivergence(keras.callbacks.Callback):
    """Raises DivergenceError at the first step whose loss is not finite.

    With a scaled loss a gradient that is not finite now and then is normal: the step is passed over, and the scale
    halved. It ends the run where the scale can't be halved any more, since then no step is ever taken again.

    Args:
        rate: The recipe's key of the learning rate.
    """

    def __init__(self, *, rate: str = "training.learning_rate") -> None:
        super().__init__()
        self._rate = rate

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        """Called by Keras."""
        if not math.isfinite(logs["step_loss"]):
            self._stop("loss", logs["step_loss"])
        if logs.get("loss_scale") == _LOWEST_SCALE and not math.isfinite(logs["gradient_norm"]):
            self._stop("gradient norm", logs["gradient_norm"])

    def _stop(self, what: str, value: float) -> None:
        raise DivergenceError(
            f"The {what} is {value}: training has diverged.",
            where=f"step {int(self.model.optimizer.iterations)}",
            hint=f"lower {self._rate}, or raise training.warmup",
        )
