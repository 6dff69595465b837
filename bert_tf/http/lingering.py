"""Closing a connection so that a client that is still sending reads its answer first."""

import asyncio
from collections.abc import Callable
from typing import Any

_LINGER_SECONDS = 5.0
_MOST_DISCARDED = 64 << 20  # bytes


class LingeringTransport:
    """A transport whose `close` reads on for a while where the client may still be sending, and discards that.

    A socket that is closed with bytes unread is reset, and the reset overtakes the answer on its way to the client
    (RFC 9112, 9.6). What is not here is the transport's own.

    Args:
        transport: Of a socket.
        is_sending: Whether the client may still be sending; asked by `close`.
    """

    def __init__(self, transport: asyncio.Transport, is_sending: Callable[[], bool]) -> None:
        self._transport, self._is_sending = transport, is_sending
        self._end: asyncio.TimerHandle | None = None
        self._discarded = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        """Whether nothing more is to be written."""
        return self._end is not None or self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send; nothing once `close` was called."""
        if self._end is None:
            self._transport.write(data)

    def close(self) -> None:
        """Send what was written, and close when the client has closed, or after five seconds."""
        if self.is_closing():
            return
        if not self._is_sending():
            self._transport.close()
            return
        self._end = asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._transport.abort)
        self._transport.write_eof()
        self._transport.resume_reading()

    def discard(self, data: bytes) -> None:
        """Count what came after `close`; a client that does not stop is cut off."""
        self._discarded += len(data)
        if self._discarded > _MOST_DISCARDED:
            self._transport.abort()

    def closed(self) -> None:
        """The connection is lost: nothing is left to wait for."""
        if self._end is not None:
            self._end.cancel()
