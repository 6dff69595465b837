"""Programs whose output nobody reads, as processes of their own: a pipe that is closed, a terminal that is gone."""

import os
import pathlib
import subprocess
import sys

import pytest

# More than a pipe holds, so that it can't come to its end before its reader has gone.
PROGRAM = """
import os, pathlib, sys
from bert_tf.standard_streams import outlast_readers

outlast_readers()
stream = getattr(sys, sys.argv[1])
for number in range(100_000):
    stream.write(f"line {number}\\n")
stream.flush()
os.write(stream.fileno(), b"native code")
pathlib.Path("whole").write_text("yes")
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def start(name, **streams):
    return subprocess.Popen([sys.executable, "-c", PROGRAM, name], **streams)


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_reader_that_goes_ends_nothing(name):
    process = start(name, **{"stderr": subprocess.PIPE, name: subprocess.PIPE})
    with getattr(process, name) as stream:
        assert stream.readline() == b"line 0\n"
    if name == "stdout":
        assert process.stderr.read() == b""
    assert process.wait(60) == 0
    assert pathlib.Path("whole").read_text() == "yes"


def test_a_terminal_that_is_gone_ends_nothing():
    ours, theirs = os.openpty()
    process = start("stdout", stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    assert os.read(ours, 6) == b"line 0"
    os.close(ours)
    assert process.communicate(timeout=60)[1] == b""
    assert process.returncode == 0
    assert pathlib.Path("whole").read_text() == "yes"


def test_a_full_disk_is_no_reader_that_has_gone():
    with open("/dev/full", "w") as full:
        process = start("stdout", stdout=full, stderr=subprocess.PIPE)
    assert b"No space left on device" in process.communicate(timeout=60)[1]
    assert process.returncode != 0


@pytest.mark.parametrize("closed", ["1>&-", "2>&-", "0<&- 1>&- 2>&-"])
def test_the_next_file_does_not_get_the_number_of_a_closed_stream(closed):
    program = """
import os, pathlib, sys
from bert_tf.standard_streams import outlast_readers

outlast_readers()
with open("data", "w") as file:
    file.write(str(file.fileno() > 2))
os.write(1, b"native code")
sys.stdout.write("said")
sys.stderr.write("said")
pathlib.Path("read").write_text(sys.stdin.read())
"""
    command = f'"$0" -c "$1" {closed}'
    subprocess.run(["sh", "-c", command, sys.executable, program], stdin=subprocess.DEVNULL, check=True, timeout=60)
    assert pathlib.Path("data").read_text() == "True"
    assert pathlib.Path("read").read_text() == ""


def test_data_is_not_lost_in_silence():
    program = """
import sys
from bert_tf.standard_streams import outlast_readers

outlast_readers()
try:
    while True:
        sys.stdout.buffer.write(b"data" * 10_000)
except BrokenPipeError:
    sys.stderr.write("told")
"""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b"told"
    assert process.wait(60) == 0
