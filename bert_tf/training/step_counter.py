"""Counting the steps of a training of which nothing is kept."""

import tf_keras as keras


class StepCounter(keras.callbacks.Callback):
    """A `Position` that counts.

    Attributes:
        epochs: How many are done.
        steps_of_epoch: Steps that are done of the epoch that is not.
    """

    def __init__(self, *, epochs: int = 0, steps_of_epoch: int = 0) -> None:
        super().__init__()
        self.epochs, self.steps_of_epoch = epochs, steps_of_epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Called by Keras."""
        self.steps_of_epoch += 1

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Called by Keras."""
        self.epochs, self.steps_of_epoch = self.epochs + 1, 0
