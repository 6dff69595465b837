import time

import tensorflow as tf

from bert_tf.training.tensorboard.event_writers import cut_events, event_bytes, open_writers

FILL = """
import sys, pathlib, tensorflow as tf
from bert_tf.training.shortage import shortage_told
from bert_tf.training.tensorboard.event_writers import cut_events, event_bytes, open_writers
with shortage_told(), open_writers(pathlib.Path(sys.argv[1])) as writers, writers.train.as_default(step=0):
    # TensorFlow is silent about what is larger than its buffer, and tells the next that doesn't fit.
    tf.summary.text("long", "x" * (4 << 20))
    tf.summary.scalar("short", 1)
"""


def test_a_file_in_each_folder(tmp_path, scalars):
    with open_writers(tmp_path) as writers:
        for value, writer in enumerate((writers.run, writers.train, writers.validation)):
            with writer.as_default(step=1):
                tf.summary.scalar("place", value)
    assert [scalars(tmp_path / part)["place"] for part in (".", "train", "validation")] == [[(1, n)] for n in range(3)]
    # TensorBoard leaves a folder's older file once there is a newer one.
    assert len(list(tmp_path.rglob("events.*"))) == 3


def test_what_was_written_later_can_be_taken_back(tmp_path, scalars):
    def write(steps):
        for step in steps:
            with writers.train.as_default(step=step):
                tf.summary.scalar("place", step)

    with open_writers(tmp_path) as writers:
        write([1, 2])
        sizes = event_bytes(tmp_path)
        write([3, 4])
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "events.out.tfevents.1").touch()
    cut_events(tmp_path, sizes)
    assert event_bytes(tmp_path) == sizes
    assert len(sizes) == 3
    # Files are read by name, which has the second and a count, of which "10" comes before "9".
    time.sleep(1)
    with open_writers(tmp_path) as writers:
        write([3])
    assert scalars(tmp_path / "train")["place"] == [(1, 1), (2, 2), (3, 3)]


def test_what_never_came_to_the_disk_is_not_missed(tmp_path):
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(b"123")
    cut_events(tmp_path, {path.name: 5, "gone": 7})
    assert path.read_bytes() == b"123"


def test_a_full_disk_is_told(begun_on_full_disk, tmp_path):
    done = begun_on_full_disk(tmp_path, 1, FILL)
    assert "TrainingError: The disk is full: TensorBoard's logs" in done.stderr
