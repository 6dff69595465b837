"""Where the native operations load, and the reasons where they don't."""

import pathlib
import platform

import pytest
import tensorflow as tf

from bert_tf.native import library
from bert_tf.native.library import LIBRARY, load_library, native_library
from bert_tf.native.processor import CPU_INFO

LOADS = native_library().operations is not None
needs_library = pytest.mark.skipif(not LOADS, reason=f"no native operations: {native_library().missing}")
of_linux = pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="there are no native operations for it"
)


@pytest.fixture
def with_avx512(tmp_path):
    """What Linux says of a CPU that could load the library, whatever this one can."""
    (tmp_path / "cpuinfo").write_text("flags : avx2 fma avx512f avx512bw avx512cd avx512dq avx512vl\n")
    return tmp_path / "cpuinfo"


def hidden(tmp_path, *flags):
    """What Linux says of this CPU, without some of what it can do."""
    text = CPU_INFO.read_text()
    for flag in flags:
        text = text.replace(f" {flag} ", " ")
    (tmp_path / "cpuinfo").write_text(text)
    return tmp_path / "cpuinfo"


@needs_library
def test_it_loads_with_every_operation():
    found = native_library()
    assert found.missing == ""
    assert {"bert_tf_adam_w", "bert_tf_global_norm", "bert_tf_row_sums"} <= set(dir(found.operations))


@needs_library
def test_without_amx_everything_but_matrix_tiles_is_there(tmp_path):
    found = load_library(LIBRARY, cpu_info=hidden(tmp_path, "amx_bf16", "amx_tile"))
    assert found.operations is not None
    assert found.without_tiles == "this CPU has no amx_tile, amx_bf16"


@of_linux
def test_without_avx512_nothing_is_loaded(tmp_path):
    found = load_library(LIBRARY, cpu_info=hidden(tmp_path, "avx512f", "avx512vl"))
    assert found.operations is None
    assert found.missing == found.without_tiles == "this CPU has no AVX-512"


@of_linux
@pytest.mark.parametrize(
    "reason, told",
    [
        (None, "they are not installed; `make setup`, or a wheel for this platform, brings them"),
        ("there was no C++ compiler\n", "there was no C++ compiler"),
    ],
)
def test_a_library_that_was_not_built(tmp_path, with_avx512, reason, told):
    if reason:
        (tmp_path / "why_not_built.txt").write_text(reason)
    assert load_library(tmp_path / "bert_tf_native.so", cpu_info=with_avx512).missing == told


@of_linux
def test_a_library_that_is_damaged(tmp_path, with_avx512):
    path = pathlib.Path(tmp_path, "bert_tf_native.so")
    path.write_bytes(b"\x7fELF and nothing else")
    assert load_library(path, cpu_info=with_avx512).missing.startswith("bert_tf_native.so can't be loaded: ")


@of_linux
def test_another_tensorflow(tmp_path, monkeypatch, with_avx512):
    monkeypatch.setattr(tf, "__version__", "2.22.0")
    (tmp_path / "bert_tf_native.so").touch()
    found = load_library(tmp_path / "bert_tf_native.so", cpu_info=with_avx512)
    assert found.missing == "they are for TensorFlow 2.21.x, and this is 2.22.0"


@needs_library
def test_a_library_that_computes_something_else(monkeypatch):
    monkeypatch.setattr(library, "fault_of", lambda operations: "the optimizer's step is not AdamW's")
    assert load_library(LIBRARY).missing == "their self-test failed: the optimizer's step is not AdamW's"
