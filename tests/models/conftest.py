"""What tests of bfloat16 need to know of this machine's CPU."""

import pytest

from bert_tf.machine import describe


@pytest.fixture(scope="session")
def onednn_has_bfloat16() -> bool:
    """Whether TensorFlow multiplies bfloat16 in oneDNN: elsewhere Eigen does, slowly, and rounds the sums as well."""
    return "avx512f" in describe()["features"]


@pytest.fixture(scope="session")
def rounding(onednn_has_bfloat16: bool) -> float:
    """How many times farther from float32 bfloat16 may be on this CPU than in oneDNN."""
    return 1.0 if onednn_has_bfloat16 else 2.0


@pytest.fixture
def in_onednn(dtype, onednn_has_bfloat16: bool) -> None:
    """Skip a test of what oneDNN makes of a graph in a type that it doesn't have on this CPU."""
    if dtype.name == "bfloat16" and not onednn_has_bfloat16:
        pytest.skip("oneDNN has bfloat16 on CPUs with AVX-512 only")
