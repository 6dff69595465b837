"""Whether TensorFlow is started as `quiet_start` starts it, seen in processes of their own: it decides once."""

import os
import platform
import subprocess
import sys

import pytest

ASKED = "import tensorflow; from bert_tf.quiet import leaves_out_onednn; print(leaves_out_onednn())"


@pytest.mark.skipif((platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="its TensorFlow has none")
@pytest.mark.parametrize("told", ["0", "1"])
def test_a_tensorflow_that_was_told_to_leave_onednn_out(told):
    command = [sys.executable, "-c", ASKED]
    environment = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": told}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout.strip() == str(told == "0")


@pytest.mark.parametrize("place", [("Darwin", "arm64"), ("Linux", "aarch64"), ("Windows", "AMD64")])
def test_other_platforms_have_none_to_leave_out(monkeypatch, place):
    from tensorflow.python.util import _pywrap_util_port

    from bert_tf.quiet import leaves_out_onednn

    monkeypatch.setattr("platform.system", lambda: place[0])
    monkeypatch.setattr("platform.machine", lambda: place[1])
    monkeypatch.setattr(_pywrap_util_port, "IsMklEnabled", lambda: False)
    assert leaves_out_onednn() is False
