import sys

import pytest

from benchmarks.silence import listen

_TALKS = (
    "import time; time.sleep(.2); print('one', flush=True); time.sleep(.6); print('two', flush=True); time.sleep(.1)"
)


@pytest.mark.parametrize("terminal", [False, True])
def test_silence_is_measured_between_words(tmp_path, terminal):
    heard = listen([sys.executable, "-c", _TALKS], terminal=terminal, cwd=tmp_path)
    assert heard.status == 0
    assert heard.output.split() == ["one", "two"]
    assert heard.first >= 0.2
    assert heard.silence == pytest.approx(0.6, abs=0.3)
    assert heard.before == "one"


def test_a_command_that_says_nothing(tmp_path):
    heard = listen([sys.executable, "-c", "import time; time.sleep(.5)"], terminal=False, cwd=tmp_path)
    assert (heard.output, heard.before) == ("", "")
    assert heard.first >= 0.5


def test_a_terminal_is_one(tmp_path):
    heard = listen([sys.executable, "-c", "import sys; print(sys.stdout.isatty())"], terminal=True, cwd=tmp_path)
    assert heard.output.strip() == "True"
