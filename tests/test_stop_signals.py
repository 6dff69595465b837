"""Signals to real processes; what commands do with them is in `cli/test_stop.py`."""

import signal
import subprocess
import sys
import threading
import time

import pytest

from bert_tf.stop_signals import StopSignals

WAITS = """
import sys, time
from bert_tf import stop_signals
from bert_tf.stop_signals import StopSignals
if len(sys.argv) > 2:
    stop_signals._SECONDS_OF_A_WISH = float(sys.argv[2])
with StopSignals() as signals:
    try:
        print("waits", flush=True)
        time.sleep(600)
    except KeyboardInterrupt:
        print(f"told by {signals.received.name}", flush=True)
        time.sleep(float(sys.argv[1]))
print("ended well")
"""
FINALIZES = """
import signal, time
from bert_tf.stop_signals import StopSignals
class Function:
    def __del__(self):
        # As TensorFlow does in those of its functions.
        try:
            signal.raise_signal(signal.SIGTERM)
            time.sleep(0.1)
        except BaseException:
            print("lost")
with StopSignals() as signals:
    function = Function()
    try:
        del function
        time.sleep(600)
    except KeyboardInterrupt:
        print(f"told by {signals.received.name}")
"""
STOPS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def start(seconds, *before, wish=()):
    """Wait to be told, and then so many seconds; a wish is one for the usual time, or for as long as is said."""
    command = [*before, sys.executable, "-c", WAITS, str(seconds), *map(str, wish)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "waits\n"
    return process


@pytest.mark.parametrize("sent", STOPS)
def test_a_signal_lets_everything_be_closed(sent):
    process = start(0)
    process.send_signal(sent)
    assert process.communicate(timeout=300)[0] == f"told by {sent.name}\nended well\n"
    assert process.returncode == 0


@pytest.mark.parametrize("first, second", [(signal.SIGTERM, signal.SIGTERM), (signal.SIGHUP, signal.SIGINT)])
def test_a_second_wish_ends_at_once(first, second):
    process = start(600)
    process.send_signal(first)
    assert process.stdout.readline() == f"told by {first.name}\n"
    time.sleep(1.2)
    process.send_signal(second)
    assert process.communicate(timeout=300)[0] == ""
    assert process.returncode == 128 + second


def test_a_wish_that_is_sent_twice_is_one():
    # As GNU `timeout` does, to the process and to its group. The second is sent while the wish lasts, however late.
    process = start(1, wish=[600])
    process.send_signal(signal.SIGTERM)
    assert process.stdout.readline() == "told by SIGTERM\n"
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGHUP)
    assert process.communicate(timeout=300)[0] == "ended well\n"


def test_under_nohup_a_closed_terminal_is_nothing():
    process = start(0, "nohup")
    process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=300)[0] == "told by SIGTERM\nended well\n"


HOLDS = """
import time
from bert_tf.stop_signals import StopSignals
with StopSignals() as signals:
    try:
        signals.hold()
        print("holds", flush=True)
        while signals.received is None:
            time.sleep(0.01)
        print(f"goes on, {signals.received and signals.received.name}", flush=True)
        signals.release()
        print("never here")
    except KeyboardInterrupt:
        print("stops")
"""


def test_a_signal_waits_for_work_that_must_not_end_in_its_middle():
    process = subprocess.Popen([sys.executable, "-c", HOLDS], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "holds\n"
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=300)[0] == "goes on, SIGTERM\nstops\n"
    assert process.returncode == 0


def test_work_that_nobody_stops_is_released():
    with StopSignals() as signals:
        signals.hold()
        signals.release()
    assert signals.received is None


def test_handlers_are_those_of_before_afterwards():
    before = [signal.getsignal(number) for number in STOPS]
    with StopSignals() as signals:
        assert signal.getsignal(signal.SIGTERM) != before[1]
    assert [signal.getsignal(number) for number in STOPS] == before
    assert signals.received is None


def test_another_thread_leaves_signals_alone():
    def enter():
        with StopSignals():
            found.append(signal.getsignal(signal.SIGTERM))

    found = []
    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert found == [signal.getsignal(signal.SIGTERM)]


def test_a_signal_in_a_finalizer_is_not_lost():
    done = subprocess.run([sys.executable, "-c", FINALIZES], capture_output=True, text=True, timeout=300, check=True)
    assert (done.stdout, done.stderr) == ("told by SIGTERM\n", "")
