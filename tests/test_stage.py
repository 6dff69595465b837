import io
import re
import time

import pytest
from rich.console import Console

from bert_tf.stage import Stage


@pytest.fixture
def quick(monkeypatch):
    """Lines every fiftieth of a second."""
    monkeypatch.setattr("bert_tf.stage._SECONDS_BETWEEN_LINES", 0.02)


def lines_of(console: Console) -> list[str]:
    return console.file.getvalue().splitlines()


def test_a_log_gets_a_line_at_once_and_more_while_it_lasts(quick):
    console = Console(file=io.StringIO())
    with Stage(console, "reading [data]"):
        assert lines_of(console)[:1] == ["stage    reading [data]"]
        time.sleep(0.2)
    told = lines_of(console)
    assert len(told) >= 3
    assert set(told) == {"stage    reading [data]"}
    time.sleep(0.1)
    assert lines_of(console) == told  # nothing is ticking any more


def test_seconds_are_told_from_the_first_on_and_beside_the_usual(quick, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("bert_tf.stage.time.monotonic", lambda: now[0])
    console = Console(file=io.StringIO())
    with Stage(console, "exporting", usual=30):
        now[0] += 12.3
        time.sleep(0.1)
        with_usual = lines_of(console)[-1]
    assert lines_of(console)[0] == "stage    exporting, about 30 s"
    assert with_usual == "stage    exporting, 12 s of about 30 s"


def test_another_name_counts_anew(quick, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("bert_tf.stage.time.monotonic", lambda: now[0])
    console = Console(file=io.StringIO())
    with Stage(console, "reading") as stage:
        now[0] += 7
        stage.rename("tokenizing")
        now[0] += 2
        time.sleep(0.1)
    assert "stage    tokenizing" in lines_of(console)
    assert lines_of(console)[-1] == "stage    tokenizing, 2 s"


def test_lines_follow_what_goes_on_until_the_next_name(quick):
    console = Console(file=io.StringIO())
    with Stage(console, "compiling") as stage:
        stage.follow(lambda: "step 3")
        time.sleep(0.1)
        stage.rename("validating")
        time.sleep(0.1)
    told = lines_of(console)
    assert told.index("step 3") < told.index("stage    validating")
    assert "step 3" not in told[told.index("stage    validating") :]


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
