"""Ports of this machine to listen on."""

import contextlib
import errno
import os
import socket

from bert_tf.errors import MachineError

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_EVERYWHERE = {"0.0.0.0", "::", ""}
_PORTS_TRIED = 100
_LAST_PORT = 65535


def listen(host: str, port: int, *, option: str = "--port") -> socket.socket:
    """A socket that listens.

    Args:
        host: Name or address of this machine.
        port: 0 for any that is free.
        option: Of the command line, for what is told when the port can't be had.

    Raises:
        MachineError: the port is taken (names the next free one) or not allowed, or the host is not this machine's.
    """
    try:
        return _bound(host, port)
    except PermissionError as problem:
        raise MachineError(
            f"Port {port} is not permitted.", where=f"{host}:{port}", hint=f"use one above 1023: {option} 7860"
        ) from problem
    except OSError as problem:
        if problem.errno != errno.EADDRINUSE:
            raise MachineError(
                f"{host} is not an address of this machine.", where=f"--host {host}", hint="omit --host for 127.0.0.1"
            ) from problem
        free = _next_free(host, port)
        raise MachineError(
            f"Port {port} is already in use.",
            where=f"{host}:{port}",
            hint=f"{option} {free} is free" if free else f"{option} 0 picks a free port",
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


def host_and_port(listener: socket.socket) -> str:
    """What a program on this machine asks: `127.0.0.1:8501`, `[::1]:8501`."""
    host, port = listener.getsockname()[:2]
    shown = "127.0.0.1" if host == "0.0.0.0" else "::1" if host == "::" else host
    return f"{f'[{shown}]' if ':' in shown else shown}:{port}"


def address(listener: socket.socket) -> str:
    """What to type into a browser on this machine."""
    return f"http://{host_and_port(listener)}/"


def is_public(host: str) -> bool:
    """Whether others than this machine may reach the host."""
    return host not in _LOOPBACK


def is_everywhere(host: str) -> bool:
    """Whether the host stands for all addresses of this machine."""
    return host in _EVERYWHERE


def loopback_names() -> list[str]:
    """The names by which this machine alone is reached."""
    return [*sorted(_LOOPBACK), "[::1]"]
