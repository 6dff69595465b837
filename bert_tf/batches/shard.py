"""Which part of each batch a worker computes: a pure function of the batch's size, the workers and their number."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Shard:
    """Parts that differ by one at most, and together are the batch in its order.

    Attributes:
        index: Of the worker, in [0, count).
        count: Workers.
        by_text: Share the texts of a batch and not its rows: where its loss compares them, each worker needs all that
            is expected of it.
    """

    index: int
    count: int
    by_text: bool = False

    def place(self, size: int) -> np.ndarray:
        """Where this worker's part of `size` rows or texts begins and ends, and `size`; int32 [3]."""
        return np.array([size * self.index // self.count, size * (self.index + 1) // self.count, size], np.int32)

    def part(self, size: int) -> slice:
        """This worker's part of `size` rows or texts; the first one where there are fewer than workers and it has none.

        A model has no output for no rows: what is computed of this one counts nothing, as `place` says.
        """
        begin, end, _ = (int(each) for each in self.place(size))
        return slice(begin, end) if end > begin else slice(0, 1)
