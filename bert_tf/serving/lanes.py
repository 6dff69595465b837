"""A lane: requests of one version, signature and shape that wait at the same time, computed together batch by batch."""

import asyncio
import collections
import concurrent.futures
import dataclasses
from collections.abc import Callable, Hashable, Sequence

import grpc
import numpy as np

from bert_tf.ragged_rows import concatenated
from bert_tf.serving.metrics import Metrics
from bert_tf.serving.status import StatusError
from bert_tf.serving.tensors import Arrays

_MICROSECONDS = 1e6


@dataclasses.dataclass(frozen=True)
class BatchSize:
    """The most that is computed at a time, so that nobody waits long behind others.

    Attributes:
        rows: Of all requests together.
        bytes: Of their inputs; one row is computed however many it has.
    """

    rows: int
    bytes: int


@dataclasses.dataclass(eq=False)
class Waiting:
    """A request on its way through batches.

    Attributes:
        inputs: By name.
        row_bytes: Of each row, in all inputs.
        run: Computes a batch.
        answer: Of the request; who has gone has cancelled it.
        arrived: When, by the event loop's clock.
        taken: Rows that are in batches or computed.
        answers: Of the rows computed so far.
    """

    inputs: Arrays
    row_bytes: Sequence[int]
    run: Callable[[Arrays], Arrays]
    answer: asyncio.Future[Arrays]
    arrived: float
    taken: int = 0
    answers: list[Arrays] = dataclasses.field(default_factory=list)

    @property
    def rows_left(self) -> int:
        """Rows that wait; none of a request that nobody waits for any more."""
        return 0 if self.answer.done() else len(self.row_bytes) - self.taken

    def fail(self, problem: Exception) -> None:
        """Answer with a refusal, unless it is answered."""
        if not self.answer.done():
            self.answer.set_exception(problem)

    def add(self, answers: Arrays) -> None:
        """Take the answers of the next rows; the last ones make the answer, padded alike where its parts are not."""
        self.answers.append(answers)
        if not self.answer.done() and sum(map(_rows_of, self.answers)) == len(self.row_bytes):
            parts = self.answers
            joined = {name: concatenated([part[name] for part in parts]) for name in parts[0]}
            self.answer.set_result(parts[0] if len(parts) == 1 else joined)


@dataclasses.dataclass(frozen=True)
class _Piece:
    """Rows of a request that follow each other, in a batch."""

    request: Waiting
    inputs: Arrays
    rows: int


class Lane:
    """Computes one batch at a time. A batch is shared equally by those that wait, a row each in turn.

    So a request of many rows takes what others leave, and one whose client has gone takes nothing more.

    Args:
        size: Of a batch.
        timeout: Seconds to wait for company before a batch that is not full.
        metrics: Counts sizes and waiting.
        name: Of its thread.
    """

    def __init__(self, size: BatchSize, *, timeout: float, metrics: Metrics, name: str) -> None:
        self._size, self._timeout, self._metrics = size, timeout, metrics
        # Taken in turn: one with requests left goes behind the others.
        self._queues: dict[Hashable, collections.deque[Waiting]] = {}
        self._arrival = asyncio.Event()
        self._worker = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix=name)

    def add(self, key: Hashable, request: Waiting) -> None:
        """Let a request wait with those of the same key."""
        self._queues.setdefault(key, collections.deque()).append(request)
        self._arrival.set()

    def waiting(self) -> list[Waiting]:
        """The requests of which rows wait."""
        return [request for queue in self._queues.values() for request in queue]

    async def work(self) -> None:
        """Compute batches until cancelled."""
        try:
            while True:
                while not self._queues:
                    await self._next_arrival(None)
                key, queue = next(iter(self._queues.items()))
                await self._wait_for_company(queue)
                await self._compute(self._take(key))
        finally:
            self._worker.shutdown(wait=False)

    async def _next_arrival(self, seconds: float | None) -> None:
        self._arrival.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._arrival.wait()
        except TimeoutError:
            return

    async def _wait_for_company(self, queue: Sequence[Waiting]) -> None:
        loop = asyncio.get_running_loop()
        deadline = queue[0].arrived + self._timeout
        while sum(each.rows_left for each in queue) < self._size.rows and (left := deadline - loop.time()) > 0:
            await self._next_arrival(left)

    def _take(self, key: Hashable) -> list[_Piece]:
        """The next rows of a queue, as many as fit, without those that nobody waits for."""
        queue = self._queues.pop(key)
        waiting = [request for request in queue if not request.answer.done()]
        # No rows are computed too, but in no company.
        is_empty = bool(waiting) and not waiting[0].row_bytes
        counts = {waiting[0]: 0} if is_empty else _shares(waiting, self._size)
        pieces = [_piece(request, count) for request, count in counts.items()]
        # Who was served goes behind who was not.
        rest = [each for each in waiting if each not in counts] + [each for each in counts if each.rows_left]
        if rest:
            self._queues[key] = collections.deque(rest)
        return pieces

    async def _compute(self, batch: list[_Piece]) -> None:
        if not batch:
            return
        loop = asyncio.get_running_loop()
        self._metrics.processed_batch_size.observe(sum(piece.rows for piece in batch))
        for piece in batch:
            self._metrics.queuing_latency.observe((loop.time() - piece.request.arrived) * _MICROSECONDS)
        try:
            answers = await loop.run_in_executor(self._worker, _answers, batch)
        except StatusError as problem:
            await self._compute_alone(batch, problem)
            return
        except Exception as problem:
            for piece in batch:
                piece.request.fail(problem)
            return
        for piece, answer in zip(batch, answers, strict=True):
            try:
                piece.request.add(answer)
            except Exception as problem:
                # Parts that don't fit together are the model's fault; the lane has others to serve.
                piece.request.fail(problem)

    async def _compute_alone(self, batch: list[_Piece], problem: StatusError) -> None:
        """A request that TensorFlow refuses must not take others with it."""
        if len(batch) == 1:
            batch[0].request.fail(problem)
            return
        for piece in batch:
            if not piece.request.answer.done():
                await self._compute([piece])


def _shares(waiting: Sequence[Waiting], size: BatchSize) -> dict[Waiting, int]:
    """How many rows of each go into the next batch: a row each in turn, while there is room."""
    counts: dict[Waiting, int] = {}
    rows, left = 0, size.bytes
    turn = [request for request in waiting if request.row_bytes]
    while turn:
        again = []
        for request in turn:
            following = request.taken + counts.get(request, 0)
            if following == len(request.row_bytes) or (rows and request.row_bytes[following] > left):
                continue
            counts[request] = counts.get(request, 0) + 1
            rows, left = rows + 1, left - request.row_bytes[following]
            if rows == size.rows:
                return counts
            again.append(request)
        turn = again
    return counts


def _piece(request: Waiting, rows: int) -> _Piece:
    start = request.taken
    request.taken += rows
    return _Piece(request, {name: array[start : start + rows] for name, array in request.inputs.items()}, rows)


def _answers(batch: Sequence[_Piece]) -> list[Arrays]:
    """The outputs of each piece, cut out of those of the batch."""
    inputs = batch[0].inputs
    if len(batch) > 1:
        inputs = {name: np.concatenate([piece.inputs[name] for piece in batch]) for name in inputs}
    outputs = batch[0].request.run(inputs)
    ends = np.cumsum([piece.rows for piece in batch]).tolist()
    if any(array.ndim == 0 or len(array) != ends[-1] for array in outputs.values()):
        raise StatusError(
            grpc.StatusCode.FAILED_PRECONDITION,
            "Batched output tensor's 0th dimension does not equal the sum of the 0th dimension sizes of the input "
            "tensors",
        )
    return [
        {name: array[end - piece.rows : end] for name, array in outputs.items()}
        for piece, end in zip(batch, ends, strict=True)
    ]


def _rows_of(answers: Arrays) -> int:
    return len(next(iter(answers.values())))
