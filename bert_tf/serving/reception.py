"""Requests on their way in: each has its time, and where many crowd, those that take long make room."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import grpc

from bert_tf.serving.status import StatusError

# Together they hold as many times the largest request.
_MOST = 64
# A crowd's members have this long at least: whoever sends at once is through by then.
_PATIENCE = 0.25  # seconds
_TOO_SLOW = 408


class Reception:
    """Where requests stay until they are whole; only then do they count as under way.

    Args:
        seconds: For one to become whole.
        most: Of them at once. From there on, each one that comes lets the oldest have a quarter of a second in all.
    """

    def __init__(self, *, seconds: float, most: int = _MOST) -> None:
        self._seconds, self._most = seconds, most
        # In the order they came; those that have been told to hurry are no longer among them.
        self._unhurried: dict[asyncio.Timeout, float] = {}
        self._count = 0

    @contextlib.asynccontextmanager
    async def receive(self) -> AsyncIterator[None]:
        """Wait for a request inside the block.

        Raises:
            StatusError: DEADLINE_EXCEEDED: it did not come whole in time; UNAVAILABLE: too many others came.
        """
        loop = asyncio.get_running_loop()
        limit = asyncio.timeout(self._seconds)
        try:
            async with limit:
                self._unhurried[limit] = loop.time()
                self._count += 1
                try:
                    self._hurry()
                    yield
                finally:
                    self._count -= 1
                    was_hurried = self._unhurried.pop(limit, None) is None
        except TimeoutError as problem:
            if was_hurried:
                raise StatusError(grpc.StatusCode.UNAVAILABLE, "Too many requests at once") from problem
            raise StatusError(
                grpc.StatusCode.DEADLINE_EXCEEDED,
                f"The request did not arrive completely within {self._seconds:g} seconds",
                http_status=_TOO_SLOW,
            ) from problem

    def _hurry(self) -> None:
        if self._count <= self._most:
            return
        limit, began = next(iter(self._unhurried.items()))
        del self._unhurried[limit]
        limit.reschedule(max(asyncio.get_running_loop().time(), began + _PATIENCE))
