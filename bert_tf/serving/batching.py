"""Dynamic batching: requests that wait at the same time are computed together, and none waits long behind another."""

import asyncio

import grpc
import numpy as np

from bert_tf.serving.lanes import BatchSize, Lane, Waiting
from bert_tf.serving.metrics import Metrics
from bert_tf.serving.servable import Servable
from bert_tf.serving.status import StatusError
from bert_tf.serving.tensors import Arrays

# A row of more bytes takes long by itself: it is computed beside the others, not before them.
_LONG_ROW = 8 << 10
# Of the inputs of a batch: about 32 texts of 300 words.
_BATCH_BYTES = 64 << 10


class Batcher:
    """Gathers rows of one version, signature and shape while another batch is computed.

    One batch is computed at a time, with all cores, and beside it one of requests with a long row, so that a long text
    is waited for by long texts only. A request on an idle server waits for no company, and on a busy one batches grow.
    What is padded is padded in the graph; ids of different lengths are not put together.

    Args:
        max_batch_size: Rows; a request of more is computed in several batches, which it shares with others.
        timeout: Seconds to wait for company before a batch that is not full.
        max_enqueued_rows: Rows that wait; a request that would make them more is refused. Requests of more than a
            batch are counted by themselves, so that they can't take the place of small ones.
        metrics: Counts sizes and waiting.
    """

    def __init__(self, *, max_batch_size: int, timeout: float, max_enqueued_rows: int, metrics: Metrics) -> None:
        size = BatchSize(max_batch_size, _BATCH_BYTES)
        self._max_batch_size, self._max_enqueued_rows = max_batch_size, max_enqueued_rows
        self._metrics = metrics
        self._short = Lane(size, timeout=timeout, metrics=metrics, name="batch")
        self._long = Lane(size, timeout=timeout, metrics=metrics, name="long-batch")
        self._refusing = False

    async def run(self, servable: Servable, signature_name: str, inputs: Arrays, *, rows: int) -> Arrays:
        """The outputs by name. Cancelled, it takes no part in further batches.

        Args:
            servable: In use until this returns.
            signature_name: One of its signatures.
            inputs: Checked against it.
            rows: Of each of the inputs.

        Raises:
            StatusError: UNAVAILABLE when too many rows wait; else what TensorFlow says of the inputs.
        """
        if self._refusing:
            raise _unavailable("The server is shutting down")
        self._check_room(rows)
        self._metrics.input_batch_size.observe(rows)
        loop = asyncio.get_running_loop()
        request = Waiting(
            inputs,
            _row_bytes(inputs, rows),
            run=lambda arrays: servable.run(signature_name, arrays),
            answer=loop.create_future(),
            arrived=loop.time(),
        )
        shapes = tuple((name, inputs[name].shape[1:]) for name in sorted(inputs))
        lane = self._long if max(request.row_bytes, default=0) > _LONG_ROW else self._short
        lane.add((id(servable), signature_name, shapes), request)
        return await request.answer

    async def work(self) -> None:
        """Compute batches until cancelled."""
        await asyncio.gather(self._short.work(), self._long.work())

    def refuse_waiting(self) -> None:
        """Answer UNAVAILABLE to all that wait and all that come: the server has no time left."""
        self._refusing = True
        for request in (*self._short.waiting(), *self._long.waiting()):
            request.fail(_unavailable("The server is shutting down"))

    def _check_room(self, rows: int) -> None:
        is_large = rows > self._max_batch_size
        waiting = sum(
            request.rows_left
            for request in (*self._short.waiting(), *self._long.waiting())
            if (len(request.row_bytes) > self._max_batch_size) == is_large
        )
        if waiting and waiting + rows > self._max_enqueued_rows:
            raise _unavailable("The batch scheduling queue to which this task was submitted is full")


def _row_bytes(inputs: Arrays, rows: int) -> list[int]:
    """Of each row, in all inputs: of texts their bytes."""
    sizes = np.zeros(rows, np.int64)
    for array in inputs.values():
        if array.dtype == object:
            lengths = np.fromiter(map(len, array.ravel()), np.int64, array.size)
            sizes += lengths.reshape(rows, -1).sum(1) if rows else 0
        else:
            sizes += array.nbytes // max(rows, 1)
    return sizes.tolist()


def _unavailable(message: str) -> StatusError:
    return StatusError(grpc.StatusCode.UNAVAILABLE, message)
