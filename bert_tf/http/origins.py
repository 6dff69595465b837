"""Who may ask: the names that a server answers to, and the pages whose requests it takes.

A page elsewhere can give its own name this machine's address (DNS rebinding), and then ask what listens here through
the browser of whoever looks at it. Its requests still carry that name as `Host`, and its own address as `Origin`.
"""

import dataclasses
import ipaddress
import socket
import urllib.parse
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bert_tf.ports import is_everywhere, loopback_names

_ANY = "*"


@dataclasses.dataclass(frozen=True)
class AllowedOrigins:
    """What `Host` and `Origin` may say.

    Attributes:
        hosts: Names and addresses that the server answers to; "*" stands for all.
        addresses: Whether it answers to any address that is a number; no page can give that another meaning.
        origins: Of pages elsewhere whose requests are taken, such as `https://tools.example`; "*" stands for all.
    """

    hosts: frozenset[str]
    addresses: bool = False
    origins: frozenset[str] = frozenset()

    def allows_host(self, host: str) -> bool:
        """Whether the server answers to what `Host` says, with or without a port."""
        if _ANY in self.hosts:
            return True
        name = _hostname(f"//{host}")
        return name is not None and (name in self.hosts or (self.addresses and _is_address(name)))

    def allows_origin(self, origin: str, host: str | None) -> bool:
        """Whether a page's request is taken: one of this server, of another on a name of its own, or a named one."""
        if _ANY in self.origins or origin.lower() in self.origins:
            return True
        name = _hostname(origin) if origin.startswith(("http://", "https://")) else None
        return name is not None and (name in self.hosts or (host is not None and name == _hostname(f"//{host}")))


def allowed_origins(host: str, *, hosts: Collection[str] = (), origins: Collection[str] = ()) -> AllowedOrigins:
    """What is allowed to a server that is bound to a host.

    Bound to one address, it answers to that and to the names of this machine alone. Bound to all addresses it can't
    know by which others reach it: it answers to all addresses that are numbers, and to this machine's name.

    Args:
        host: Bound to.
        hosts: Further names.
        origins: Of pages elsewhere.
    """
    everywhere = is_everywhere(host)
    own = [socket.gethostname()] if everywhere else [host]
    names = {name.strip("[]").rstrip(".").lower() for name in (*loopback_names(), *own, *hosts)}
    return AllowedOrigins(frozenset(names), everywhere, frozenset(origin.rstrip("/").lower() for origin in origins))


class OriginCheck:
    """Refuses requests by their `Host` and `Origin`, and those that tell their length in two ways.

    Args:
        app: The application.
        allowed: What they may say; named origins are also told to browsers, so that their pages can read answers.
    """

    def __init__(self, app: ASGIApp, allowed: AllowedOrigins) -> None:
        self._allowed = allowed
        self._app = app
        if allowed.origins:
            self._app = CORSMiddleware(
                app, allow_origins=sorted(allowed.origins), allow_methods=["GET", "POST"], allow_headers=["*"]
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse."""
        refusal = self._refusal(Headers(scope=scope)) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, headers: Headers) -> JSONResponse | None:
        host = headers.get("host")
        # A request of HTTP/1.0 may have none, and no browser sends such.
        if host is not None and not self._allowed.allows_host(host):
            return _refused(400, f"Host {_shown(host)} is not allowed; --allow-host adds host names.")
        for origin in headers.getlist("origin"):
            if not self._allowed.allows_origin(origin, host):
                return _refused(403, f"Origin {_shown(origin)} is not allowed; --allow-origin adds origins.")
        if "content-length" in headers and "transfer-encoding" in headers:
            # A proxy before this server may have taken the other for the end (RFC 9112, 6.3).
            return _refused(400, "The request has both Content-Length and Transfer-Encoding; send one of them.")
        return None


def _hostname(url: str) -> str | None:
    """The host that a URL names, lower-case; None where it is no plain one."""
    try:
        parts = urllib.parse.urlsplit(url)
        port_is_whole = parts.port is None or parts.port >= 0
    except ValueError:
        return None
    is_plain = parts.username is None and not parts.path.strip("/") and not parts.query and not parts.fragment
    return parts.hostname.rstrip(".") if port_is_whole and is_plain and parts.hostname else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _shown(value: str) -> str:
    return ascii(value[:100])


def _refused(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence}, status_code=status, headers={"Connection": "close"})
