"""A function's result out of a forked process, which shares what was imported and takes its memory with it."""

import os
import pickle
import traceback
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def here(function: Callable[[], Result]) -> Result:
    """The result, from this process."""
    return function()


def in_child(function: Callable[[], Result]) -> Result:
    """The same, from a forked process; only for a process in which TensorFlow has done nothing, for it has no threads.

    Args:
        function: What it returns can be pickled.

    Raises:
        RuntimeError: the process ended without a result.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(function, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        content = pipe.read()
    _, status = os.waitpid(child, 0)
    if status:
        raise RuntimeError(f"the process ended with status {os.waitstatus_to_exitcode(status)}")
    return pickle.loads(content)  # written by this very program


def _answer(function: Callable[[], object], writing: int) -> None:
    """Write a function's result, and end the process without what its parent would do at its end."""
    status = 1
    try:
        content = pickle.dumps(function())
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(content)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)
