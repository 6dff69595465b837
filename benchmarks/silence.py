"""How long a command leaves its user without a word: up to its first line, and at the most after that.

    python -m benchmarks.silence train bbc-news
    python -m benchmarks.silence train bbc-news --set training.epochs=1 --set "data.train=all[:240]"

runs `bert-tf` with the arguments twice, in an empty folder: with a pipe for its output, as in a log, and with a
terminal of its own, where a line that is drawn anew counts as a word too. Exits with 1 when the first line took more
than a second or a silence was longer than five. Linux only.
"""

import dataclasses
import itertools
import os
import pathlib
import pty
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

COMMAND = pathlib.Path(sys.executable).with_name("bert-tf")
FIRST_SECONDS = 1.0
SILENT_SECONDS = 5.0
_BLOCK = 1 << 16


@dataclasses.dataclass(frozen=True)
class Heard:
    """What a command wrote, and when.

    Attributes:
        status: Its exit status.
        first: Seconds to the first word.
        silence: The longest time without any after that, in seconds; up to the end of the process.
        before: What was written last before that silence.
        output: All of it.
    """

    status: int
    first: float
    silence: float
    before: str
    output: str

    @property
    def is_soon(self) -> bool:
        """Whether it never left its user alone for long."""
        return self.first <= FIRST_SECONDS and self.silence <= SILENT_SECONDS


def listen(command: Sequence[str | pathlib.Path], *, terminal: bool, cwd: pathlib.Path) -> Heard:
    """Run a command and note when it writes."""
    reader, writer = pty.openpty() if terminal else os.pipe()
    started = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=writer,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"},
    ) as process:
        os.close(writer)
        heard = _read(reader)
        status = process.wait()
    os.close(reader)
    times = [started, *(when for when, _ in heard), time.monotonic()]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    longest = max(range(1, len(gaps)), key=gaps.__getitem__, default=0)
    output = b"".join(block for _, block in heard).decode(errors="replace")
    before = b"".join(block for _, block in heard[:longest]).decode(errors="replace").split("\n")
    return Heard(
        status, gaps[0], gaps[longest], "".join([line for line in before if line.strip()][-1:]).strip(), output
    )


def _read(reader: int) -> list[tuple[float, bytes]]:
    heard: list[tuple[float, bytes]] = []
    while True:
        try:
            block = os.read(reader, _BLOCK)
        except OSError:  # a terminal whose other end is closed
            block = b""
        if not block:
            return heard
        heard.append((time.monotonic(), block))


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    soon = True
    for terminal in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            heard = listen([COMMAND, *sys.argv[1:]], terminal=terminal, cwd=pathlib.Path(folder))
        name = "terminal" if terminal else "pipe"
        print(
            f"{name:9} first word after {heard.first:.2f} s; longest silence {heard.silence:.2f} s, after "
            f"{heard.before!r}; exit status {heard.status}",
            flush=True,
        )
        soon &= heard.is_soon and heard.status == 0
    sys.exit(not soon)


if __name__ == "__main__":
    main()
