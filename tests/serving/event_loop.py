"""Coroutines in tests that may share a process with a browser."""

import asyncio
import selectors
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def run_coroutine(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What `asyncio.run` returns, in a thread of its own: Playwright's event loop runs in that of the tests."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def run_by_its_own_clock(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The same for one that waits for time alone: its seconds pass only while it waits, and then at once."""

    def run() -> Any:
        with asyncio.Runner(loop_factory=_LoopWithItsOwnClock) as runner:
            return runner.run(coroutine)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


class _Waiting(selectors.DefaultSelector):  # type: ignore[misc,valid-type]
    """Passes the time that it would wait."""

    seconds = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        self.seconds += timeout or 0.0
        return super().select(0)


class _LoopWithItsOwnClock(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._clock = _Waiting()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.seconds
