"""Bodies of requests over HTTP, as they come; and their clients, who may go before they are answered."""

import asyncio
import dataclasses
import zlib
from collections.abc import Coroutine
from typing import Any, TypeVar

import grpc
from starlette.requests import ClientDisconnect, Request

from bert_tf.serving.limits import RequestLimits
from bert_tf.serving.status import StatusError, invalid

Answer = TypeVar("Answer")


@dataclasses.dataclass(frozen=True)
class Body:
    """What was sent.

    Attributes:
        content: Packed or not.
        is_gzip: Whether it is packed.
    """

    content: bytes
    is_gzip: bool

    def __len__(self) -> int:
        """Bytes as they came."""
        return len(self.content)


async def received(request: Request, limits: RequestLimits) -> Body:
    """The whole body; raises StatusError where it is too large, or the client goes."""
    announced = request.headers.get("content-length", "0")
    if announced.isdigit():
        limits.check_bytes(int(announced))
    content = bytearray()
    try:
        async for chunk in request.stream():
            content += chunk
            limits.check_bytes(len(content))
    except ClientDisconnect as problem:
        raise _gone() from problem
    return Body(bytes(content), request.headers.get("content-encoding", "").lower() == "gzip")


def unpacked(body: Body, limits: RequestLimits) -> bytes:
    """A body's content without gzip; raises StatusError where it is none, or becomes too large."""
    if not body.is_gzip:
        return body.content
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        # A few bytes of gzip may stand for gigabytes.
        content = unpacker.decompress(body.content, limits.request_bytes + 1)
    except zlib.error as problem:
        raise invalid("The request body is not gzip, although its Content-Encoding says so") from problem
    limits.check_bytes(len(content))
    if not unpacker.eof or unpacker.unused_data:
        raise invalid("The request body is not a single complete gzip stream, although its Content-Encoding says gzip")
    return content


async def while_connected(request: Request, answer: Coroutine[Any, Any, Answer]) -> Answer:
    """The answer to a request whose body is read; cancelled, and StatusError CANCELLED, when its client goes."""
    answering = asyncio.ensure_future(answer)
    going = asyncio.ensure_future(_gone_from(request))
    try:
        await asyncio.wait((answering, going), return_when=asyncio.FIRST_COMPLETED)
        if answering.done():
            return answering.result()
        raise _gone()
    finally:
        going.cancel()
        answering.cancel()
        await asyncio.gather(going, answering, return_exceptions=True)


async def _gone_from(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _gone() -> StatusError:
    return StatusError(grpc.StatusCode.CANCELLED, "The client has disconnected")
