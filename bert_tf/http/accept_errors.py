"""What a server does when it can open no file for one more connection: it says so once in a while, and goes on."""

import asyncio
import logging
import time
from typing import Any

_BETWEEN_MESSAGES = 60.0  # seconds
_NO_FILE = "socket.accept() out of system resource"
_LATER = "_start_serving"
_LOGGER = logging.getLogger("uvicorn.error")


class AcceptErrors:
    """A handler of an event loop's exceptions.

    asyncio reports each connection that it can't take, as often as its queue is long, every second, each time with a
    traceback; and its next try where the server has ended in between.
    """

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Handle what asyncio passes to an exception handler."""
        error = context.get("exception")
        if context.get("message") == _NO_FILE:
            if time.monotonic() >= self._next:
                self._next = time.monotonic() + _BETWEEN_MESSAGES
                reason = getattr(error, "strerror", None) or error
                _LOGGER.error("New connections wait: %s. Allow this process more (ulimit -n).", reason)
        elif not (isinstance(error, ValueError) and _LATER in repr(context.get("handle"))):
            loop.default_exception_handler(context)
