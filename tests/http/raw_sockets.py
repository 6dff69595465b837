"""What a server of raw sockets answers, and what is read from them."""

import asyncio
import json
import threading
import time

from bert_tf.http.connections import ConnectionLimits

PATIENT = ConnectionLimits(most=100, headers=300, body=300, idle=300, answer=300, probe=0.1)
# More than a busy machine takes for any of this, and less than a limit that does not act.
SECONDS = 120


class Application:
    """Answers how long the body was; `/slow` once it may, `/large` with more than a socket's buffers hold.

    After the answer of `/held` the server does nothing more until it may.
    """

    def __init__(self):
        self.begun, self.outcomes, self.may = 0, [], threading.Semaphore(0)

    async def __call__(self, scope, receive, send):
        size = 0
        while (message := await receive())["type"] == "http.request":
            size += len(message["body"])
            if scope["path"] == "/early" or not message["more_body"]:
                break
        self.begun += 1
        if scope["path"] == "/slow":
            await self._wait_for_either(receive)
        content = b"a" * (32 << 20) if scope["path"] == "/large" else str(size).encode()
        headers = [(b"content-length", str(len(content)).encode())]
        is_large = scope["path"] == "/large"
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        begun = time.monotonic()
        await send({"type": "http.response.body", "body": content[is_large:], "more_body": is_large})
        if is_large:
            # The last byte waits until the client takes the others in, which it does not.
            while (await receive())["type"] != "http.disconnect":
                pass
            self.outcomes.append(time.monotonic() - begun)
        if scope["path"] == "/held":
            self.may.acquire(timeout=SECONDS)

    async def _wait_for_either(self, receive):
        gone = asyncio.ensure_future(receive())
        while not gone.done() and not self.may.acquire(blocking=False):
            await asyncio.wait([gone], timeout=0.01)
        self.outcomes.append("gone" if gone.done() else "answered")
        gone.cancel()


def wait_until(condition):
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def everything(connection):
    """All that comes until the server closes; raises ConnectionError where it resets instead."""
    parts = []
    while part := connection.recv(1 << 20):
        parts.append(part)
    return b"".join(parts)


def error_of(answer, status):
    head, _, content = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), head
    return json.loads(content)["error"]
