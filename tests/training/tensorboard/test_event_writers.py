import sys

import tensorflow as tf

from bert_tf.training.tensorboard.event_writers import open_writers

FILL = """
import sys, pathlib, tensorflow as tf
from bert_tf.training.shortage import shortage_told
from bert_tf.training.tensorboard.event_writers import open_writers
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


def test_a_full_disk_is_told(on_full_disk, tmp_path):
    done = on_full_disk(tmp_path, 1, [sys.executable, "-c", FILL, str(tmp_path)])
    assert "TrainingError: The disk is full: TensorBoard's logs" in done.stderr
