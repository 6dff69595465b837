"""One request over a connection of its own, byte by byte as the attacker likes, and what came of it."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import NamedTuple

_SECONDS = 120  # after which a server that says nothing counts as hanging


class Address(NamedTuple):
    """A port of the server."""

    host: str
    port: int


class ViolationError(Exception):
    """The server did what it must not do."""


def http_request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """A request with its length, after which the connection ends; header names are written with `_` for `-`."""
    return http_head(method, path, {"Content-Length": str(len(body)), **_named(headers)}) + body


def http_head(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    """Everything before a body."""
    lines = {"Host": "localhost", "Connection": "close", **headers}
    return f"{method} {path} HTTP/1.1\r\n{''.join(f'{k}: {v}{chr(13)}{chr(10)}' for k, v in lines.items())}\r\n".encode(
        "utf-8", "surrogateescape"
    )


async def exchange(address: Address, content: bytes, *, half_close: bool = False) -> bytes:
    """Send, and read until the server closes; raises ViolationError where it never does."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        async with asyncio.timeout(_SECONDS):
            with contextlib.suppress(ConnectionError):
                writer.write(content)
                await writer.drain()
                if half_close:
                    writer.write_eof()
            return await read_all(reader)
    except TimeoutError as problem:
        raise ViolationError(f"no answer in {_SECONDS} s to {content[:100]!r}") from problem
    finally:
        writer.close()


async def read_all(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the server closes or resets."""
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := await reader.read(1 << 16):
            parts.append(part)
    return b"".join(parts)


def status_of(answer: bytes) -> int:
    """Of the last answer, after interim ones; 0 where the connection was closed without one."""
    while answer.startswith(b"HTTP/1.1 100 "):
        answer = answer.partition(b"\r\n\r\n")[2]
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
