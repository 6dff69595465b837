"""Ports for tests that have to know one before somebody listens there, or to know that nobody does."""

import pathlib
import random
import socket

_RANGE = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")
# Ports are given out above it where the system doesn't say from where on: IANA's.
_FIRST_GIVEN_OUT = 49152
# Not of the tests' own numbers, which may be drawn from a seed that another worker has as well.
_DRAWN = random.SystemRandom()
_GIVEN = set[int]()


def unused_port() -> int:
    """A port of loopback that is free, and stays so: none of those that the system gives to whoever asks for any.

    One of those, closed again, is soon another process' own: of the other worker's servers, or of one of its clients.
    """
    first = int(_RANGE.read_text().split()[0]) if _RANGE.exists() else _FIRST_GIVEN_OUT
    while True:
        port = _DRAWN.randrange(min(10_000, first // 2), first)
        if port in _GIVEN:
            continue
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
        _GIVEN.add(port)
        return port
