"""What keeps a process small and quick that runs thousands of tests: hooks of pytest, taken by `conftest.py`."""

import ctypes
import gc
import os
import pathlib
import sys

import psutil
import pytest
from operation_stacks import leave_out_stacks
from warm_python import GARBAGE_THRESHOLD

# Of what tests leave, before it is given back.
_GARBAGE_BYTES = 200 << 20
_seen = {"bytes": 0}


def pytest_configure(config: pytest.Config) -> None:
    """Import tests without looking for garbage on the way, and let workers find what another one has compiled."""
    gc.disable()
    if "PYTEST_XDIST_WORKER" in os.environ:
        kernels = pathlib.Path(config.option.basetemp).parent / "kernels"
        os.environ["TF_XLA_FLAGS"] = (
            f"--tf_xla_persistent_cache_directory='{kernels}' --tf_xla_persistent_cache_device_types=CPU"
        )


def pytest_collection_finish() -> None:
    """Leave out of graphs what no test asks for, and pass over what is imported whenever garbage is looked for."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        import tensorflow as tf

        # XLA reads its flags when it compiles for the first time; what tests start has a folder of its own.
        tf.function(tf.negative, jit_compile=True)(1.0)
        del os.environ["TF_XLA_FLAGS"]
    if "tensorflow" in sys.modules:
        leave_out_stacks()
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)
    gc.enable()


def pytest_runtest_logfinish() -> None:
    """Give memory back when tests have left much of it: graphs hold models, and are cycles."""
    process = psutil.Process()
    if process.memory_info().rss > _seen["bytes"] + _GARBAGE_BYTES:
        gc.collect()
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
        _seen["bytes"] = process.memory_info().rss
