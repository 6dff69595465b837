import os
import sys
import types

import pytest

from benchmarks import silence
from benchmarks.silence import listen

_TALKS = """
import pathlib, time
print("one", flush=True)
while not pathlib.Path("heard").exists():
    time.sleep(0.01)
print("two", flush=True)
"""


@pytest.mark.parametrize("terminal", [False, True])
def test_silence_is_measured_between_words(tmp_path, terminal, monkeypatch):
    """By a clock that goes on with what is heard, however long this process and the other really wait for a turn."""
    now, read, seconds = [0.0], os.read, {b"one": 0.2, b"two": 0.6}

    def heard_at_its_time(reader, size):
        block = read(reader, size)
        now[0] += seconds.pop(block.strip(), 0.0)
        if block.strip() == b"one":
            (tmp_path / "heard").touch()
        return block

    monkeypatch.setattr(os, "read", heard_at_its_time)
    monkeypatch.setattr(silence, "time", types.SimpleNamespace(monotonic=lambda: now[0]))
    heard = listen([sys.executable, "-c", _TALKS], terminal=terminal, cwd=tmp_path)
    assert heard.status == 0
    assert heard.output.split() == ["one", "two"]
    assert heard.first == pytest.approx(0.2)
    assert heard.silence == pytest.approx(0.6)
    assert heard.before == "one"


def test_a_command_that_says_nothing(tmp_path):
    heard = listen([sys.executable, "-c", "import time; time.sleep(.5)"], terminal=False, cwd=tmp_path)
    assert (heard.output, heard.before) == ("", "")
    assert heard.first >= 0.5


def test_a_terminal_is_one(tmp_path):
    heard = listen([sys.executable, "-c", "import sys; print(sys.stdout.isatty())"], terminal=True, cwd=tmp_path)
    assert heard.output.strip() == "True"
