"""Dynamic batching: requests that wait at the same time are computed together."""

import asyncio
import collections
import concurrent.futures
import dataclasses
from collections.abc import Callable, Hashable, Mapping, Sequence

import grpc
import numpy as np

from bert_tf.serving.metrics import Metrics
from bert_tf.serving.servable import Servable
from bert_tf.serving.status import StatusError
from bert_tf.serving.tensors import Arrays

_MICROSECONDS = 1e6


@dataclasses.dataclass(frozen=True, eq=False)
class _Task:
    inputs: Mapping[str, np.ndarray]
    rows: int
    run: Callable[[Arrays], Arrays]
    answer: asyncio.Future[Arrays]
    arrived: float


class Batcher:
    """Gathers rows of one version, signature and shape while another batch is computed.

    One batch is computed at a time, with all cores; so a request on an idle server waits for no company, and on a busy
    one batches grow. What is padded is padded in the graph; ids of different lengths are not put together.

    Args:
        max_batch_size: Rows; a request of more is computed in several batches.
        timeout: Seconds to wait for company before a batch that is not full.
        max_enqueued_rows: Rows that wait; a request that would make them more is refused.
        metrics: Counts sizes and waiting.
    """

    def __init__(self, *, max_batch_size: int, timeout: float, max_enqueued_rows: int, metrics: Metrics) -> None:
        self._max_batch_size, self._timeout, self._max_enqueued_rows = max_batch_size, timeout, max_enqueued_rows
        self._metrics = metrics
        # Taken in turn: one with tasks left goes behind the others.
        self._queues: dict[Hashable, collections.deque[_Task]] = {}
        self._enqueued_rows = 0
        self._refusing = False
        self._arrival = asyncio.Event()
        self._worker = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="batch")

    async def run(self, servable: Servable, signature_name: str, inputs: Arrays, *, rows: int) -> Arrays:
        """The outputs by name.

        Args:
            servable: In use until this returns.
            signature_name: One of its signatures.
            inputs: Checked against it.
            rows: Of each of the inputs.

        Raises:
            StatusError: UNAVAILABLE when too many rows wait; else what TensorFlow says of the inputs.
        """
        if self._refusing:
            raise _unavailable("The server is ending")
        if self._enqueued_rows and self._enqueued_rows + rows > self._max_enqueued_rows:
            raise _unavailable("The batch scheduling queue to which this task was submitted is full")
        self._metrics.input_batch_size.observe(rows)
        shapes = tuple((name, inputs[name].shape[1:]) for name in sorted(inputs))
        key = (id(servable), signature_name, shapes)
        starts = range(0, max(rows, 1), self._max_batch_size)
        tasks = [
            self._enqueue(
                key,
                {name: array[start : start + self._max_batch_size] for name, array in inputs.items()},
                rows=min(self._max_batch_size, rows - start),
                run=lambda arrays: servable.run(signature_name, arrays),
            )
            for start in starts
        ]
        answers = await asyncio.gather(*tasks)
        if len(answers) == 1:
            return answers[0]
        return {name: np.concatenate([answer[name] for answer in answers]) for name in answers[0]}

    def _enqueue(
        self, key: Hashable, inputs: Arrays, *, rows: int, run: Callable[[Arrays], Arrays]
    ) -> asyncio.Future[Arrays]:
        loop = asyncio.get_running_loop()
        task = _Task(inputs, rows, run, loop.create_future(), loop.time())
        self._queues.setdefault(key, collections.deque()).append(task)
        self._enqueued_rows += rows
        self._arrival.set()
        return task.answer

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

    def refuse_waiting(self) -> None:
        """Answer UNAVAILABLE to all that wait and all that come: the server has no time left."""
        self._refusing = True
        for queue in self._queues.values():
            for task in queue:
                _fail(task, _unavailable("The server is ending"))

    async def _next_arrival(self, seconds: float | None) -> None:
        self._arrival.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._arrival.wait()
        except TimeoutError:
            return

    async def _wait_for_company(self, queue: Sequence[_Task]) -> None:
        loop = asyncio.get_running_loop()
        deadline = queue[0].arrived + self._timeout
        while sum(task.rows for task in queue) < self._max_batch_size and (left := deadline - loop.time()) > 0:
            await self._next_arrival(left)

    def _take(self, key: Hashable) -> list[_Task]:
        """The oldest tasks of a queue, as many as fit, without those that nobody waits for."""
        queue = self._queues.pop(key)
        batch: list[_Task] = []
        rows = 0
        while queue and (not batch or rows + queue[0].rows <= self._max_batch_size):
            task = queue.popleft()
            self._enqueued_rows -= task.rows
            if not task.answer.done():
                batch.append(task)
                rows += task.rows
        if queue:
            self._queues[key] = queue
        return batch

    async def _compute(self, batch: list[_Task]) -> None:
        if not batch:
            return
        loop = asyncio.get_running_loop()
        self._metrics.processed_batch_size.observe(sum(task.rows for task in batch))
        for task in batch:
            self._metrics.queuing_latency.observe((loop.time() - task.arrived) * _MICROSECONDS)
        try:
            answers = await loop.run_in_executor(self._worker, _answers, batch)
        except StatusError as problem:
            await self._compute_alone(batch, problem)
            return
        except Exception as problem:
            for task in batch:
                _fail(task, problem)
            return
        for task, answer in zip(batch, answers, strict=True):
            if not task.answer.done():
                task.answer.set_result(answer)

    async def _compute_alone(self, batch: list[_Task], problem: StatusError) -> None:
        """A request that TensorFlow refuses must not take others with it."""
        if len(batch) == 1:
            _fail(batch[0], problem)
            return
        for task in batch:
            await self._compute([task])


def _unavailable(message: str) -> StatusError:
    return StatusError(grpc.StatusCode.UNAVAILABLE, message)


def _fail(task: _Task, problem: Exception) -> None:
    if not task.answer.done():
        task.answer.set_exception(problem)


def _answers(batch: Sequence[_Task]) -> list[Arrays]:
    """The outputs of each task, cut out of those of the batch."""
    names = batch[0].inputs
    inputs = batch[0].inputs if len(batch) == 1 else {n: np.concatenate([t.inputs[n] for t in batch]) for n in names}
    outputs = batch[0].run(dict(inputs))
    ends = np.cumsum([task.rows for task in batch]).tolist()
    if any(array.ndim == 0 or len(array) != ends[-1] for array in outputs.values()):
        raise StatusError(
            grpc.StatusCode.FAILED_PRECONDITION,
            "Batched output tensor's 0th dimension does not equal the sum of the 0th dimension sizes of the input "
            "tensors",
        )
    return [
        {name: array[end - task.rows : end] for name, array in outputs.items()}
        for task, end in zip(batch, ends, strict=True)
    ]
