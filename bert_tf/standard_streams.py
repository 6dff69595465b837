"""Standard output and standard error of a program that goes on when nobody reads them any more."""

import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterator

# The reader of a pipe has gone; the terminal has.
_UNREAD = (errno.EPIPE, errno.EIO)


class LastingText(io.TextIOWrapper):
    """Text that goes nowhere from the moment on when its reader has gone; any other error of writing is raised.

    What is written to its `buffer` is data that somebody waits for: there, errors are raised as ever.
    """

    replaced: io.TextIOWrapper
    """The stream of the same buffer whose place this one has."""

    def write(self, text: str) -> int:
        """The number of characters, read or not."""
        with self._nowhere_if_unread():
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is held back."""
        with self._nowhere_if_unread():
            super().flush()

    @contextlib.contextmanager
    def _nowhere_if_unread(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in _UNREAD:
                raise
            # That of native code and child processes, too, and what the buffer still holds.
            _lead_nowhere(self.fileno())


def outlast_readers() -> None:
    """Have what a program says go nowhere when its reader goes, as of `train | head`, where it would end the run.

    For the entry of a program. A stream that is closed from the start becomes the null device, so that standard input
    is empty: else the next file that is opened would have its number, and get what native code prints.
    """
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        stream = getattr(sys, name)
        if stream is None:
            _lead_nowhere(descriptor)
            setattr(sys, name, os.fdopen(descriptor, "w" if descriptor else "r", closefd=False))
        elif descriptor and isinstance(stream, io.TextIOWrapper):
            setattr(sys, name, _lasting(stream))


def _lasting(stream: io.TextIOWrapper) -> LastingText:
    """A stream to the same place."""
    lasting = LastingText(
        stream.buffer,
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
    # Its end would close the buffer, where nothing else holds it.
    lasting.replaced = stream
    return lasting


def _lead_nowhere(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere == descriptor:
        os.set_inheritable(descriptor, True)
    else:
        os.dup2(nowhere, descriptor)
        os.close(nowhere)
