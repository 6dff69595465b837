"""Writes what TensorBoard shows beside the training that goes on."""

import collections
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import ParamSpec, Self

_LOG = logging.getLogger(__name__)

Arguments = ParamSpec("Arguments")


class EventThread:
    """A thread that writes events in the order in which they are handed over.

    Leaving its `with` block waits until all are written.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="events")
        self._pending: collections.deque[Future[None]] = collections.deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(wait=True)
        try:
            self.wait()
        except Exception as failure:
            # What is raised already is why the run ends.
            if error_type is None:
                raise
            _LOG.warning("TensorBoard's logs are not complete: %s", failure)

    def write(self, function: Callable[Arguments, None], *given: Arguments.args, **named: Arguments.kwargs) -> None:
        """Call a function soon, with what nobody changes any more; raises what one before it raised."""
        while self._pending and self._pending[0].done():
            self._pending.popleft().result()
        self._pending.append(self._thread.submit(function, *given, **named))

    def wait(self) -> None:
        """Return when everything that was handed over is written; raises what a function raised."""
        while self._pending:
            self._pending.popleft().result()
