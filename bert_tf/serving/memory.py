"""Memory that was used for a while and goes back to the system."""

import contextlib
import ctypes


def give_back() -> None:
    """Have glibc return what was freed, which it else keeps; where the C library is another, nothing is done."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
