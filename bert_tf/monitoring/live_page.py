"""The page while the stream runs, over HTTP."""

import pathlib
import socket
import threading
import time

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bert_tf.http.connections import ConnectionLimits
from bert_tf.http.descriptors import room_for_connections
from bert_tf.http.http_server import make_http_server
from bert_tf.http.origins import AllowedOrigins

_FILES = pathlib.Path(__file__).with_name("page")
_CONNECTIONS = 64
_GRACE = 3  # seconds
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


class LivePage:
    """A page that a thread serves, and another one makes anew.

    Attributes:
        version: Changes with the page.
    """

    def __init__(self) -> None:
        self._html, self.version = "", 0
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def show(self, html: str, version: int) -> None:
        """Serve this page from now on."""
        self._html, self.version = html, version

    def start(self, listener: socket.socket, allowed: AllowedOrigins) -> None:
        """Serve in a thread, to those allowed."""
        limits = ConnectionLimits(room_for_connections(_CONNECTIONS))
        self._server = make_http_server(self.app(), allowed=allowed, limits=limits, grace=_GRACE)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)

    def stop(self) -> None:
        """Give answers under way a moment, and end."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()

    def app(self) -> Starlette:
        """The application: the page, its version and its script."""

        async def page(request: Request) -> Response:
            return HTMLResponse(self._html, headers=_HEADERS)

        async def version(request: Request) -> Response:
            return JSONResponse({"version": self.version}, headers=_HEADERS)

        files = Mount("/page", StaticFiles(directory=_FILES))
        return Starlette(routes=[Route("/", page), Route("/version", version), files])
