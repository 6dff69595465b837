"""A server that may open hardly any file: clients wait, its log doesn't fill, and it answers again."""

import asyncio
import contextlib
import http.client
import signal
import socket
import subprocess
import sys

from bert_tf.http.accept_errors import AcceptErrors

SERVER = """
import resource, socket
from bert_tf.http.connections import ConnectionLimits
from bert_tf.http.http_server import make_http_server
from bert_tf.http.origins import allowed_origins

async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"yes"})

listening = socket.create_server(("127.0.0.1", 0))
resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
print(listening.getsockname()[1], flush=True)
server = make_http_server(app, allowed=allowed_origins("127.0.0.1"), limits=ConnectionLimits(100), grace=1)
server.run(sockets=[listening])
"""


def asked(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    with contextlib.closing(connection):
        connection.request("GET", "/")
        return connection.getresponse().status


def test_a_server_without_a_file_for_one_more_client_goes_on() -> None:
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with server:
        port = int(server.stdout.readline())
        with contextlib.ExitStack() as idle:
            for _ in range(60):
                idle.enter_context(socket.create_connection(("127.0.0.1", port), timeout=300))
        assert asked(port) == 200
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=300)
    assert "Traceback" not in said
    assert said.count("New connections wait: Too many open files. Allow this process more (ulimit -n).") == 1


def test_another_exception_is_reported_as_usual() -> None:
    loop, found = asyncio.new_event_loop(), list[dict[str, object]]()
    with contextlib.closing(loop):
        loop.default_exception_handler = found.append  # type: ignore[method-assign,assignment]
        AcceptErrors()(loop, {"message": "x", "exception": ValueError("y")})
    assert [context["message"] for context in found] == ["x"]
