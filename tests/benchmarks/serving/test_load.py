import concurrent.futures
import subprocess

import pytest
from unused_port import unused_port

from benchmarks.serving.golden import Golden
from benchmarks.serving.load import run_load
from benchmarks.serving.process import ServerProcess

GOLDEN = Golden([{"request": {"text": "a"}, "answer": {"label": "x"}}], 1e-3)


@pytest.fixture
def silent(tmp_path):
    """A process that listens nowhere."""
    address = f"127.0.0.1:{unused_port()}"
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as process:
        yield ServerProcess(process, f"http://{address}", address, "m", tmp_path / "log")
        process.stdin.close()


@pytest.mark.parametrize("is_killed", [False, True])
def test_requests_that_nobody_answers_are_lost(silent, is_killed):
    looks = []

    def notice(number, outcome):
        looks.append(number)
        if is_killed:
            silent.process.kill()
            silent.process.wait()

    # In a thread of its own: Playwright's event loop runs in that of the tests.
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        load = thread.submit(run_load, silent, GOLDEN, requests=9, clients=4, memory_every=3, notice=notice)
    outcome = load.result()
    assert (len(outcome.lost), outcome.seconds, outcome.wrong) == (9, [], [])
    assert looks == [3, 6]
    # At each look while there is a process, and at the end.
    assert len(outcome.mebibytes) == (1 if is_killed else 3)
