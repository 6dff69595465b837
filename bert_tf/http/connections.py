"""HTTP/1.1 connections with limits: uvicorn's protocol, and what it leaves open."""

import asyncio
import dataclasses
import json
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bert_tf.http.lingering import LingeringTransport

_TOO_SLOW, _TOO_MANY = 408, 503


@dataclasses.dataclass(frozen=True)
class ConnectionLimits:
    """How many clients may be connected and how long they may take; times in seconds.

    Attributes:
        most: Connections at once; one more is answered 503.
        headers: From the first byte of a request, or from the connection's begin, to the end of its headers.
        body: From there to the end of the body.
        idle: From an answer to the first byte of the next request.
        answer: Until the client has taken an answer in.
        probe: A client that has closed its writing half, or all of its connection, is asked so often which it was.
    """

    most: int
    headers: float = 10.0
    body: float = 30.0
    idle: int = 5
    answer: float = 60.0
    probe: float = 1.0


class LimitedConfig(uvicorn.Config):
    """uvicorn's settings for a server whose connections have limits.

    Args:
        app: What answers.
        limits: Of its connections.
        options: uvicorn's.
    """

    def __init__(self, app: Any, *, limits: ConnectionLimits, **options: Any) -> None:
        # httptools, which uvicorn takes where it is installed, reads headers of any length.
        super().__init__(app, http=LimitedProtocol, timeout_keep_alive=limits.idle, **options)
        self.limits = limits


class LimitedProtocol(H11Protocol):
    """A connection whose client must send, and take answers, within the limits of a `LimitedConfig`."""

    config: LimitedConfig

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Refuse one connection too many."""
        self._limits = self.config.limits
        self._lingering = LingeringTransport(transport, self._is_sending)  # type: ignore[arg-type]
        self._stage: tuple[str, object] = ("", None)
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._probing: asyncio.TimerHandle | None = None
        self._refused = self._half_closed = False
        super().connection_made(self._lingering)  # type: ignore[arg-type]
        if len(self.connections) > self._limits.most:
            self._refuse(_TOO_MANY, f"{self._limits.most} clients are already connected; try again later.")
        else:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks."""
        for clock in (self._deadline, self._unread, self._probing):
            if clock is not None:
                clock.cancel()
        self._lingering.closed()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the answer has been given already."""
        if self.transport.is_closing():
            self._lingering.discard(data)
            return
        super().data_received(data)
        self._watch()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keep the connection open for the answer to a whole request (RFC 9112, 9.6)."""
        self._half_closed = True
        if self.transport.is_closing():
            return False
        if self._is_answering() and not self.cycle.more_body:
            self._probing = self.loop.call_later(self._limits.probe, self._probe)
            return True
        if self._is_answering() or self.conn.trailing_data[0]:
            self._refuse(400, "The connection closed before the request was complete.")
        return False

    def on_response_complete(self) -> None:
        """Go on with the next request."""
        super().on_response_complete()
        if self._lingering.get_write_buffer_size():
            self._wait_for_reader()
        if self._half_closed and not self._is_answering():
            self.transport.close()
        elif not self.transport.is_closing():
            self._watch()

    def pause_writing(self) -> None:
        """The client takes its answer in more slowly than it is written."""
        super().pause_writing()
        self._wait_for_reader()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        self._refuse(400, msg)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _is_sending(self) -> bool:
        if self._half_closed:
            return False
        return self._refused or self.conn.their_state in (h11.SEND_BODY, h11.ERROR) or bool(self.conn.trailing_data[0])

    def _watch(self) -> None:
        """Start the clock of what the client has to do next; one that is running already goes on."""
        seconds: float | None = None
        if self._is_answering():
            name = "body" if self.cycle.more_body else "answer"
            seconds = self._limits.body if self.cycle.more_body else None
        elif self.conn.their_state is h11.SEND_BODY:
            # Answered before it was read, and read so that the client sees its answer.
            name, seconds = "rest", self._limits.idle
        elif self.timeout_keep_alive_task is not None:
            name = "idle"
        else:
            name, seconds = "headers", self._limits.headers
        if self._stage == (name, self.cycle):
            return
        self._stage = name, self.cycle
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._give_up, name, seconds)

    def _give_up(self, name: str, seconds: float) -> None:
        if name in ("headers", "body") and (name == "body" or self.conn.trailing_data[0]):
            self._refuse(_TOO_SLOW, f"The {name} of the request did not arrive within {seconds:g} seconds.")
        else:
            self.transport.abort()

    def _refuse(self, status: int, sentence: str) -> None:
        """Answer in place of the application, and close."""
        self._refused = True
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()
            return
        content = json.dumps({"error": sentence}).encode()
        headers = [
            *self.server_state.default_headers,
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
            (b"connection", b"close"),
        ]
        for event in (h11.Response(status_code=status, headers=headers), h11.Data(data=content), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        if self._is_answering():
            # The application need not go on; what it says is not sent any more.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

    def _probe(self) -> None:
        """Write what a waiting client passes over (RFC 9110, 15.2); one that has gone resets the connection."""
        self._probing = None
        is_unanswered = self._is_answering() and self.conn.our_state is h11.SEND_RESPONSE
        if self.transport.is_closing() or not is_unanswered or self.scope["http_version"] == "1.0":
            return
        event = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
        self.transport.write(self.conn.send(event) or b"")
        self._probing = self.loop.call_later(self._limits.probe, self._probe)

    def _wait_for_reader(self) -> None:
        if self._unread is None:
            self._unread = self.loop.call_later(self._limits.answer, self._cut_off)

    def _cut_off(self) -> None:
        self._unread = None
        if self._lingering.get_write_buffer_size():
            self.transport.abort()
