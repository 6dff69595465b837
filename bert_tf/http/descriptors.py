"""Open files for connections."""

import contextlib
import sys

# For everything that is no connection: the model's files, libraries, threads.
_OTHERS = 256
_FEWEST = 8


def room_for_connections(wanted: int) -> int:
    """Raise this process's limit of open files as far as connections need it; how many of them there is room for."""
    if sys.platform == "win32":
        return wanted
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _OTHERS
    if soft != resource.RLIM_INFINITY and soft < needed:
        raised = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
            soft = raised
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return wanted
    # A machine that allows hardly any: better a few connections than none.
    return max(_FEWEST, min(wanted, soft - _OTHERS, soft // 2) if soft > _OTHERS else soft // 4)
