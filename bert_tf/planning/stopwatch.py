"""Seconds that a `with` block takes."""

import time
from typing import Self


class Stopwatch:
    """`with Stopwatch() as watch: …`, then `watch.seconds`.

    Attributes:
        seconds: Of the block, on a clock that only goes forward; 0 before it is left.
    """

    seconds = 0.0

    def __enter__(self) -> Self:
        self._started = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._started
