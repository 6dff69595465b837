"""The library of native operations, or why there is none here."""

import dataclasses
import functools
import pathlib
from typing import Any

import tensorflow as tf

from bert_tf.native.layer_self_test import fault_of_layer
from bert_tf.native.processor import CPU_INFO, missing_for_tiles, missing_for_vectors
from bert_tf.native.self_test import fault_of

LIBRARY = pathlib.Path(__file__).with_name("bert_tf_native.so")
# Written beside the library's place by the build that made none.
_WHY_NOT_BUILT = "why_not_built.txt"
# TensorFlow promises its C API to no other.
_TENSORFLOW = "2.21."


@dataclasses.dataclass(frozen=True)
class NativeLibrary:
    """What this process can use of the native operations.

    Attributes:
        operations: `bert_tf_adam_w` and all others as functions, or None.
        missing: Why there are none, a part of a sentence; empty where there are.
        without_tiles: Why those can't be used that multiply by matrix tiles (AMX); empty where they can.
    """

    operations: Any | None
    missing: str
    without_tiles: str


@functools.cache
def native_library() -> NativeLibrary:
    """The operations of this process, loaded and tested once: some milliseconds."""
    return load_library(LIBRARY)


def load_library(path: pathlib.Path, *, cpu_info: pathlib.Path = CPU_INFO) -> NativeLibrary:
    """As `native_library`, without its memory.

    Args:
        path: Of the shared library.
        cpu_info: What Linux says of the CPU.
    """
    missing = missing_for_vectors(cpu_info) or _not_built(path) or _other_tensorflow(tf.__version__)
    if missing:
        return _nothing(missing)
    try:
        operations = tf.load_op_library(str(path))
    except (tf.errors.OpError, OSError) as problem:
        return _nothing(f"{path.name} can't be loaded: {str(problem).splitlines()[0]}")
    fault = fault_of(operations)
    if fault:
        return _nothing(f"their self-test failed: {fault}")
    without_tiles = missing_for_tiles(cpu_info)
    if not without_tiles and (fault := fault_of_layer(operations)):
        without_tiles = f"their self-test failed: {fault}"
    return NativeLibrary(operations, "", without_tiles)


def _nothing(missing: str) -> NativeLibrary:
    return NativeLibrary(None, missing, missing)


def _not_built(path: pathlib.Path) -> str:
    if path.exists():
        return ""
    try:
        return path.with_name(_WHY_NOT_BUILT).read_text(encoding="utf-8").strip()
    except OSError:
        return "they are not installed; `make setup`, or a wheel for this platform, brings them"


def _other_tensorflow(version: str) -> str:
    return "" if version.startswith(_TENSORFLOW) else f"they are for TensorFlow {_TENSORFLOW}x, and this is {version}"
