import io
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from bert_tf.stage import Stage


@pytest.fixture
def quick(monkeypatch):
    """Lines every fiftieth of a second."""
    monkeypatch.setattr("bert_tf.stage._SECONDS_BETWEEN_LINES", 0.02)


def lines_of(console: Console) -> list[str]:
    return console.file.getvalue().splitlines()


def until(is_so: Callable[[], object]) -> None:
    """Wait for the thread that prints, however late it comes; the clock may be one that a test sets."""
    for _ in range(12_000):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


def test_a_log_gets_a_line_at_once_and_more_while_it_lasts(quick):
    console = Console(file=io.StringIO())
    with Stage(console, "reading [data]"):
        assert lines_of(console)[:1] == ["stage    reading [data]"]
        until(lambda: len(lines_of(console)) >= 3)
    told = lines_of(console)
    assert set(told) == {"stage    reading [data]"}
    time.sleep(0.1)
    assert lines_of(console) == told  # nothing is ticking any more


def test_seconds_are_told_from_the_first_on_and_beside_the_usual(quick, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("bert_tf.stage.time.monotonic", lambda: now[0])
    console = Console(file=io.StringIO())
    with Stage(console, "exporting", usual=30):
        now[0] += 12.3
        until(lambda: len(lines_of(console)) > 1)
    assert lines_of(console) == ["stage    exporting, about 30 s", "stage    exporting, 12 s of about 30 s"]


def test_another_name_counts_anew(quick, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("bert_tf.stage.time.monotonic", lambda: now[0])
    console = Console(file=io.StringIO())
    with Stage(console, "reading") as stage:
        now[0] += 7
        stage.rename("tokenizing")
        now[0] += 2
        until(lambda: lines_of(console)[-1] == "stage    tokenizing, 2 s")
    assert "stage    tokenizing" in lines_of(console)
    assert lines_of(console)[-1] == "stage    tokenizing, 2 s"


def test_lines_follow_what_goes_on_until_the_next_name(quick):
    console = Console(file=io.StringIO())
    with Stage(console, "compiling") as stage:
        stage.follow(lambda: "step 3")
        until(lambda: "step 3" in lines_of(console))
        stage.rename("validating")
        until(lambda: lines_of(console).count("stage    validating") > 1)
    told = lines_of(console)
    assert told.index("step 3") < told.index("stage    validating")
    assert "step 3" not in told[told.index("stage    validating") :]


class SlowThreads(Console):
    """Where a thread waits before it prints."""

    def __init__(self) -> None:
        super().__init__(file=io.StringIO())
        self.waits = threading.Event()

    def print(self, *told: object, **how: Any) -> None:
        if threading.current_thread() is not threading.main_thread():
            self.waits.set()
            time.sleep(0.1)
        super().print(*told, **how)


def test_no_line_of_a_stage_comes_behind_the_next_ones_first(quick):
    console = SlowThreads()
    with Stage(console, "compiling") as stage:
        assert console.waits.wait(60)
        stage.rename("validating")
    told = lines_of(console)
    assert "stage    compiling" not in told[told.index("stage    validating") :]


def test_a_terminal_gets_one_line_that_is_gone_afterwards():
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    with Stage(console, "exporting", usual=30) as stage:
        time.sleep(0.3)
        stage.rename("verifying")
        time.sleep(0.3)
    written = console.file.getvalue()
    assert "exporting" in written
    assert "of about" in written or "about 30 s" in written
    assert "verifying" in written
    assert written.endswith("\x1b[2K")  # the line is erased
    assert "\n\n" not in re.sub(r"\x1b\[[0-9;?]*\w", "", written)


@pytest.mark.parametrize("console", [None, Console(quiet=True, file=io.StringIO())])
def test_nobody_to_tell(console):
    with Stage(console, "exporting") as stage:
        stage.rename("verifying")
    assert console is None or lines_of(console) == []


def test_an_error_ends_it(quick):
    console = Console(file=io.StringIO())
    with pytest.raises(ValueError, match="broken"), Stage(console, "exporting"):
        raise ValueError("broken")
    told = lines_of(console)
    time.sleep(0.1)
    assert lines_of(console) == told
