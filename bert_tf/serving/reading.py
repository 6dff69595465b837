"""Reading large requests beside the event loop, one after the other, so that small ones are answered meanwhile."""

import asyncio
import concurrent.futures
from collections.abc import Callable
from typing import TypeVar

from bert_tf.serving.service import SMALL_BYTES

Read = TypeVar("Read")


class Reader:
    """Reads small requests at once and large ones in a thread of their own; who has gone is not begun with."""

    def __init__(self) -> None:
        self._thread = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="reader")

    async def read(self, size: int, function: Callable[..., Read], *arguments: object) -> Read:
        """What a function makes of a request of so many bytes."""
        if size <= SMALL_BYTES:
            return function(*arguments)
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)

    def close(self) -> None:
        """End the thread when it has done what it is at."""
        self._thread.shutdown(wait=False, cancel_futures=True)
