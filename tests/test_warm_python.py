"""A fork of a warm Python against the real one: whatever a program does, the same comes out."""

import os
import signal
import subprocess
import sys

import pytest
from warm_python import of_this_package, popen_of, warm_python, with_popen

PROGRAMS = {
    "says": "import os, sys; print(os.getcwd(), os.getppid(), sys.argv[1:], __name__); sys.stderr.write('told')",
    "reads": "import sys; print(sys.stdin.read().upper())",
    "ends": "raise SystemExit(int(__import__('sys').argv[1]))",
    "ends with a sentence": "raise SystemExit('no such thing')",
    "is killed": "import os; os.kill(os.getpid(), 9)",
    "sees its environment": "import os; print(sorted(name for name in os.environ if name.startswith('OF_')))",
    "has a session": "import os; print(os.getsid(0) == os.getpid())",
    "imports": "import sys; print('xml.dom' in sys.modules)",
}


@pytest.fixture(scope="module")
def popen():
    with warm_python([], dict(os.environ), ["json"]) as warm:
        yield popen_of(warm, lambda words: list(words[1:]) if words[0] == sys.executable else None)


def outcome(popen, command, folder, **options):
    environment = {**os.environ, "OF_THIS": "1"}
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with popen(command, cwd=folder, env=environment, text=True, **streams, **options) as process:
        said = process.communicate("a text")
    return process.returncode, *said


@pytest.mark.parametrize("session", [False, True])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_fork_does_what_a_new_python_does(popen, name, session, tmp_path):
    (tmp_path / "program.py").write_text(PROGRAMS[name])
    for program in ([str(tmp_path / "program.py")], ["-c", PROGRAMS[name]]):
        command = [sys.executable, *program, "3"]
        real, fork = (outcome(each, command, tmp_path, start_new_session=session) for each in (subprocess.Popen, popen))
        assert fork == real


def test_a_fork_is_told_to_stop_and_waited_for(popen, tmp_path):
    (tmp_path / "waits.py").write_text("import time; print('ready', flush=True); time.sleep(600)")
    with popen([sys.executable, str(tmp_path / "waits.py")], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(300) == -signal.SIGTERM


def test_files_that_are_given_stay_open(popen, tmp_path):
    (tmp_path / "says.py").write_text("print('said')")
    with (tmp_path / "log.txt").open("w+") as log:
        with popen([sys.executable, str(tmp_path / "says.py")], stdout=log, stderr=subprocess.STDOUT) as process:
            assert process.wait(300) == 0
        log.seek(0)
        assert log.read() == "said\n"


def test_what_the_plan_leaves_out_is_a_real_process(popen):
    done = with_popen(popen).run(["echo", "said"], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"said\n", b"")


def test_what_is_of_this_package():
    assert of_this_package([sys.executable, "-m", "bert_tf.cli", "runs"]) == ["-m", "bert_tf.cli", "runs"]
    assert of_this_package([sys.executable, "-c", "print(1)", "a"]) == ["-c", "print(1)", "a"]
    assert of_this_package([sys.executable, "-m", "json.tool"]) is None
    assert of_this_package(["echo", "bert-tf"]) is None
    command = os.path.join(os.path.dirname(sys.executable), "bert-tf")
    assert of_this_package([command, "runs", "--json"]) == ["-m", "bert_tf.cli", "runs", "--json"]
