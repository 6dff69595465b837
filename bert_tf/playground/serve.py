"""Serving the page until Ctrl-C, and a browser to open it in."""

import contextlib
import os
import socket
import sys
import webbrowser

import uvicorn
from fastapi import FastAPI

from bert_tf.ports import loopback_names

_EVERYWHERE = {"0.0.0.0", "::"}
_GRACE = 3  # seconds


def allowed_hosts(host: str) -> list[str]:
    """Names that a browser may know the server by: this machine's, or all where it is served everywhere."""
    return ["*"] if host in _EVERYWHERE else [*loopback_names(), host]


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
