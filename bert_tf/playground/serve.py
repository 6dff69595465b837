"""Serving the page until Ctrl-C, and a browser to open it in."""

import contextlib
import os
import socket
import sys
import webbrowser

import uvicorn
from fastapi import FastAPI

from bert_tf.http.connections import ConnectionLimits
from bert_tf.http.descriptors import room_for_connections
from bert_tf.http.http_server import make_http_server
from bert_tf.http.origins import AllowedOrigins

_GRACE = 3  # seconds
# A browser opens six at a time. Each may hold a request of the largest size.
_CONNECTIONS = 64


def open_browser(url: str) -> bool:
    """Open a page in the user's browser; False where there is no display or no browser."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False  # webbrowser would fill the terminal with a browser of texts
    try:
        return webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return False


def make_server(app: FastAPI, allowed: AllowedOrigins) -> uvicorn.Server:
    """A server for the page; told to end, it gives answers under way three seconds."""
    # A page asks anew with each letter that is typed: which of its questions still wait has to be known soon.
    limits = ConnectionLimits(room_for_connections(_CONNECTIONS), probe=0.1)
    return make_http_server(app, allowed=allowed, limits=limits, grace=_GRACE)


def serve(app: FastAPI, listener: socket.socket, allowed: AllowedOrigins) -> None:
    """Serve to those allowed until Ctrl-C or SIGTERM; both end it cleanly."""
    with contextlib.suppress(KeyboardInterrupt):
        make_server(app, allowed).run(sockets=[listener])
