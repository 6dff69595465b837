"""Importing TensorFlow: fast, and without its start-up notes."""

import contextlib
import gc
import logging
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from typing import IO

from bert_tf.environment import keep_compiled_kernels
from bert_tf.machine import check_address_space

# What TensorFlow reads when it is imported.
TENSORFLOW_ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # Else it imports Keras 3 as well, which nothing here uses.
    "TF_USE_LEGACY_KERAS": "1",
    # On a CPU without VNNI instructions it leaves oneDNN out by itself, and is slower: see docs/performance.md.
    "TF_ENABLE_ONEDNN_OPTS": "1",
}


def _kept_notes() -> IO[bytes]:
    """A file for them; in memory where the system has that, for a container may have no folder to write to."""
    return os.fdopen(os.memfd_create("notes"), "w+b") if hasattr(os, "memfd_create") else tempfile.TemporaryFile()


@contextlib.contextmanager
def quiet_start() -> Iterator[None]:
    """Hold back what native code writes to standard error; show it only when what happens inside fails.

    TF_CPP_MIN_LOG_LEVEL does not reach the notes that TensorFlow writes while it is imported (tensorflow#100442).
    """
    os.environ.update(TENSORFLOW_ENVIRONMENT | os.environ)
    check_address_space()
    keep_compiled_kernels()
    # Validation makes its graph anew on purpose, since the weights in it are constants.
    logging.getLogger("tensorflow").addFilter(lambda record: "tf.function retracing" not in record.getMessage())
    # What is imported stays; to look through it for garbage takes a sixth of the seconds that importing takes.
    gc.disable()
    sys.stderr.flush()
    kept = os.dup(2)
    with _kept_notes() as notes:
        os.dup2(notes.fileno(), 2)
        try:
            yield
        except Exception:
            notes.seek(0)
            os.write(kept, notes.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            gc.freeze()
            gc.enable()


def leaves_out_onednn() -> bool:
    """Whether this process' TensorFlow has oneDNN and leaves it out.

    TensorFlow was told to, or did it by itself, as on a CPU without VNNI where it is imported before bert_tf.
    """
    from tensorflow.python.util import _pywrap_util_port

    # Wheels for other platforms have none.
    has_onednn = (platform.system(), platform.machine()) == ("Linux", "x86_64")
    return has_onednn and not _pywrap_util_port.IsMklEnabled()
