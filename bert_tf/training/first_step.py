"""When the first step is done, counted from the start of the process."""

import os
import pathlib
from collections.abc import Callable

import tf_keras as keras


class FirstStep(keras.callbacks.Callback):
    """Tells once that the first step of the process' training is done.

    Args:
        tell: Gets the seconds since the process began, reading TensorFlow's libraries included.
    """

    def __init__(self, tell: Callable[[float | None], None]) -> None:
        super().__init__()
        self._tell: Callable[[float | None], None] | None = tell

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        """Called by Keras."""
        if self._tell:
            self._tell(seconds_since_start())
            self._tell = None


def seconds_since_start() -> float | None:
    """Age of this process in seconds, to a hundredth; None where the system has no /proc."""
    try:
        # Field 22 of proc(5); the second, a name in brackets, may hold anything.
        ticks = int(pathlib.Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        uptime = float(pathlib.Path("/proc/uptime").read_text().split()[0])
    except OSError:
        return None
    return round(uptime - ticks / os.sysconf("SC_CLK_TCK"), 2)
