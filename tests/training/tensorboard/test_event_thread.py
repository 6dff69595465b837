import threading

import pytest

from bert_tf.training.tensorboard.event_thread import EventThread


def fail():
    raise OSError("No space left on device")


def test_written_in_order_and_all_on_leaving():
    started, written = threading.Event(), []

    def first():
        started.wait(300)
        written.append(1)

    with EventThread() as thread:
        thread.write(first)
        for number in (2, 3):
            thread.write(written.append, number)
        assert not written
        started.set()
    assert written == [1, 2, 3]


def test_waiting_is_for_what_was_handed_over():
    written = []
    with EventThread() as thread:
        thread.write(written.append, 1)
        thread.wait()
        assert written == [1]
        thread.wait()


def test_who_waits_or_writes_again_is_told_of_a_failure():
    with EventThread() as thread:
        thread.write(fail)
        with pytest.raises(OSError, match="No space"):
            thread.wait()
        thread.write(fail)
        thread._thread.submit(int).result()
        with pytest.raises(OSError, match="No space"):
            thread.write(int)


def test_leaving_raises_what_failed():
    with pytest.raises(OSError, match="No space"), EventThread() as thread:
        thread.write(fail)


def test_what_ends_the_block_is_not_hidden(caplog):
    with pytest.raises(KeyboardInterrupt), EventThread() as thread:
        thread.write(fail)
        raise KeyboardInterrupt
    assert "not complete: No space" in caplog.text
