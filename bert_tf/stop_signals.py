"""What asks a process to stop, and how it obeys: SIGTERM and SIGHUP as Ctrl-C."""

import os
import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any, Self

_ASK_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# `timeout`, and a terminal that is closed, send one wish twice.
_SECONDS_OF_A_WISH = 1.0
_SECONDS_OF_A_FINALIZER = 0.02


def exit_status(number: signal.Signals) -> int:
    """The exit status of a process that ended because of a signal, as shells give it."""
    return 128 + number


class StopSignals:
    """In its `with` block, the first signal that asks to stop raises KeyboardInterrupt; a second one ends at once.

    Between `hold` and `release` the first signal waits for `release`, for work that must not end in its middle. One
    that comes in a finalizer, `__del__`, waits for its end: whatever is raised there is lost.

    A signal that is ignored when the block begins stays ignored, as under `nohup`. Does nothing outside of the main
    thread. For the entry of a program: a library leaves signals to it.

    Attributes:
        received: The first signal; None before it.
    """

    def __init__(self) -> None:
        self.received: signal.Signals | None = None
        self._since = 0.0
        self._holds = self._waits = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _ASK_TO_STOP:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._obey)
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A process that was told to stop is ending: the same wish, come late, must not look like another end.
        if self.received is None:
            for number, handler in self._before.items():
                signal.signal(number, handler)

    def hold(self) -> None:
        """Let the first signal wait."""
        self._holds = True

    def release(self) -> None:
        """Let it wait no longer; raises KeyboardInterrupt if one did."""
        self._holds = False
        if self._waits:
            self._waits = False
            raise KeyboardInterrupt

    def _obey(self, number: int, frame: FrameType | None) -> None:
        if self.received is None and not self._holds and _is_in_finalizer(frame):
            again = threading.Timer(_SECONDS_OF_A_FINALIZER, self._send_again, [number])
            again.daemon = True
            again.start()
        elif self.received is None:
            self.received, self._since, self._waits = signal.Signals(number), time.monotonic(), self._holds
            if not self._holds:
                raise KeyboardInterrupt
        elif time.monotonic() - self._since > _SECONDS_OF_A_WISH:
            os._exit(exit_status(signal.Signals(number)))

    def _send_again(self, number: int) -> None:
        if signal.getsignal(number) == self._obey:
            os.kill(os.getpid(), number)


def _is_in_finalizer(frame: FrameType | None) -> bool:
    """Whether a function, or one that has called it, is one: TensorFlow's functions take their graphs apart there."""
    while frame is not None and frame.f_code.co_name != "__del__":
        frame = frame.f_back
    return frame is not None
