"""uvicorn with the limits and checks that every server of bert_tf has."""

import asyncio
import socket
from typing import Any

import uvicorn

from bert_tf.http.accept_errors import AcceptErrors
from bert_tf.http.connections import ConnectionLimits, LimitedConfig
from bert_tf.http.origins import AllowedOrigins, OriginCheck


def make_http_server(
    app: Any, *, allowed: AllowedOrigins, limits: ConnectionLimits, grace: int, name: str | None = None
) -> uvicorn.Server:
    """A server for an ASGI application, to be run on a socket that listens.

    Args:
        app: The application.
        allowed: Who may ask.
        limits: Of connections.
        grace: Seconds for what is under way when it is told to end.
        name: For the header `Server`; None sends none.
    """
    return _Server(
        LimitedConfig(
            OriginCheck(app, allowed),
            limits=limits,
            # A warning for each request that is no HTTP would let whoever sends it fill the terminal.
            log_level="error",
            access_log=False,
            server_header=False,
            headers=[] if name is None else [("Server", name)],
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=grace,
        )
    )


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().set_exception_handler(AcceptErrors())
        await super().startup(sockets)
