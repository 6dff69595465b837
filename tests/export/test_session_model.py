import logging

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.util import deprecation

from bert_tf.export.session_model import SessionModel


@pytest.fixture(scope="module")
def halves(tmp_path_factory):
    """A graph with two signatures, of which one takes two inputs that are not in the order of the alphabet."""

    class Module(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
        def half(self, x):
            return {"half": x / 2, "twice": x * 2}

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "b"), tf.TensorSpec([None], tf.string, "a")])
        def joined(self, b, a):
            return {"text": a + b}

    folder = tmp_path_factory.mktemp("halves")
    module = Module()
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.half, "joined": module.joined})
    return folder


def test_outputs_by_name(halves):
    model = SessionModel(halves)
    assert set(model.signatures) == {"serving_default", "joined"}
    outputs = model.run("serving_default", {"x": np.array([1, -3], np.float32)})
    assert {name: array.tolist() for name, array in outputs.items()} == {"half": [0.5, -1.5], "twice": [2, -6]}
    model.close()


def test_inputs_are_told_apart_by_name(halves):
    given = {"b": np.array([b"\x00z", "ü"], object), "a": np.array(["x", "y"], object)}
    assert SessionModel(halves).run("joined", given)["text"].tolist() == [b"x\x00z", "yü".encode()]


def test_loading_warns_of_nothing(halves, caplog, monkeypatch):
    # TensorFlow warns once in a process.
    monkeypatch.setattr(deprecation, "_PRINTED_WARNING", {})
    log = logging.getLogger("tensorflow")
    log.addHandler(caplog.handler)
    try:
        SessionModel(halves)
    finally:
        log.removeHandler(caplog.handler)
    assert caplog.messages == []


def test_what_is_no_model(tmp_path):
    with pytest.raises(OSError, match="SavedModel"):
        SessionModel(tmp_path)
