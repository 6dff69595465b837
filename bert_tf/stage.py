"""What a command is busy with while nothing else is to be seen: its name, how long already, how long it may take."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TaskID, TextColumn
from rich.text import Text

from bert_tf.terminal import is_unicode

_SECONDS_BETWEEN_LINES = 4.0

Notice = Callable[[str], None]


class Stage:
    """A `with` block that says what is done in it.

    A terminal gets one line with running seconds that is gone when the block ends. Anything else, such as a log, gets
    a plain line when the stage begins and another every four seconds until it ends, so that silence means that
    something hangs.

    Args:
        console: Where to; None, or one that is quiet, shows nothing.
        name: What is done, such as "reading the data".
        usual: Seconds that it usually takes, where that is known.
    """

    def __init__(self, console: Console | None, name: str, *, usual: float | None = None) -> None:
        self._console, self._name, self._usual = console, name, usual
        self._started = self._told = 0.0
        self._follow: Callable[[], str] | None = None
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._over = threading.Event()
        self._renamed = threading.Lock()
        self._ticker: threading.Thread | None = None

    def __enter__(self) -> Self:
        if self._console is None or self._console.quiet:
            return self
        self._started = time.monotonic()
        if self._console.is_terminal:
            spinner = SpinnerColumn("dots" if is_unicode(self._console.file) else "line")
            columns = (spinner, TextColumn("{task.description}", markup=False), _Seconds(self._usual))
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._task = self._bar.add_task(self._name, total=None)
            self._bar.start()
        else:
            self._line()
            self._ticker = threading.Thread(target=self._tick, name="stage", daemon=True)
            self._ticker.start()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._bar:
            self._bar.stop()
        if self._ticker:
            self._ticker.join()

    def rename(self, name: str, *, usual: float | None = None, at_once: bool = True) -> None:
        """Go on to another stage: its seconds count from now, and a log gets a line now or, else, with the next."""
        if self._console is None or self._console.quiet:
            return
        with self._renamed:
            self._name, self._usual, self._started = name, usual, time.monotonic()
            self._follow = None
        if self._bar:
            self._bar.remove_task(self._task)
            self._bar.columns = (*self._bar.columns[:-1], _Seconds(usual))
            self._task = self._bar.add_task(name, total=None)
        elif at_once:
            self._line()

    def follow(self, line: Callable[[], str]) -> None:
        """Have the lines that are printed until the stage is renamed say what `line` returns then."""
        with self._renamed:
            self._follow = line

    def _tick(self) -> None:
        while not self._over.wait(max(0.0, self._told + _SECONDS_BETWEEN_LINES - time.monotonic())):
            if time.monotonic() >= self._told + _SECONDS_BETWEEN_LINES:
                self._line()

    def _line(self) -> None:
        with self._renamed:
            self._told = time.monotonic()
            told = f"stage    {_told(self._name, self._told - self._started, self._usual)}"
            told = self._follow() if self._follow else told
            # Not behind the line of a stage that it is renamed to meanwhile.
            if self._console:
                self._console.print(told, highlight=False, markup=False, soft_wrap=True)


class _Seconds(ProgressColumn):
    """`12 s`, or `12 s of about 30 s`."""

    def __init__(self, usual: float | None) -> None:
        super().__init__()
        self._usual = usual

    def render(self, task: Task) -> Text:
        """Called by rich."""
        return Text(_told("", task.elapsed or 0.0, self._usual).lstrip(", "), style="dim")


def _told(name: str, seconds: float, usual: float | None) -> str:
    about = "" if usual is None else f"of about {usual:.0f} s"
    elapsed = f"{seconds:.0f} s" if seconds >= 1 else ""
    figures = " ".join(filter(None, (elapsed, about if elapsed else about.removeprefix("of "))))
    return f"{name}, {figures}" if figures else name
