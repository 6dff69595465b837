"""A port to listen on, a browser to open, and serving until Ctrl-C."""

import contextlib
import errno
import os
import socket
import sys
import webbrowser

import uvicorn
from fastapi import FastAPI

from bert_tf.errors import MachineError

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_EVERYWHERE = {"0.0.0.0", "::"}
_PORTS_TRIED = 100
_LAST_PORT = 65535
_GRACE = 3  # seconds


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Args:
        host: Name or address of this machine.
        port: 0 for any that is free.

    Raises:
        MachineError: the port is taken (names the next free one) or not allowed, or the host is not this machine's.
    """
    try:
        return _bound(host, port)
    except PermissionError as problem:
        raise MachineError(
            f"Port {port} may not be used.", where=f"{host}:{port}", hint="take one above 1023: --port 7860"
        ) from problem
    except OSError as problem:
        if problem.errno != errno.EADDRINUSE:
            raise MachineError(
                f"{host} is no address of this machine.", where=f"--host {host}", hint="leave --host out: 127.0.0.1"
            ) from problem
        free = _next_free(host, port)
        raise MachineError(
            f"Port {port} is taken.",
            where=f"{host}:{port}",
            hint=f"--port {free} is free" if free else "--port 0 takes any that is free",
        ) from problem


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        # Else a port could not be used again for a minute. (On Windows the option means something else.)
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _next_free(host: str, port: int) -> int | None:
    for candidate in range(port + 1, min(port + _PORTS_TRIED, _LAST_PORT) + 1):
        with contextlib.suppress(OSError):
            _bound(host, candidate).close()
            return candidate
    return None


def address(listener: socket.socket) -> str:
    """What to type into a browser on this machine."""
    host, port = listener.getsockname()[:2]
    shown = "127.0.0.1" if host == "0.0.0.0" else "::1" if host == "::" else host
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"


def is_public(host: str) -> bool:
    """Whether others than this machine may reach the host."""
    return host not in _LOOPBACK


def allowed_hosts(host: str) -> list[str]:
    """Names that a browser may know the server by: this machine's, or all where it is served everywhere."""
    return ["*"] if host in _EVERYWHERE else [*sorted(_LOOPBACK), "[::1]", host]


def open_browser(url: str) -> bool:
    """Open a page in the user's browser; False where there is no display or no browser."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False  # webbrowser would fill the terminal with a browser of texts
    try:
        return webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return False


def make_server(app: FastAPI) -> uvicorn.Server:
    """A server for the page; told to end, it gives answers under way three seconds."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=_GRACE,
        )
    )


def serve(app: FastAPI, listener: socket.socket) -> None:
    """Serve until Ctrl-C or SIGTERM; both end it cleanly."""
    with contextlib.suppress(KeyboardInterrupt):
        make_server(app).run(sockets=[listener])
