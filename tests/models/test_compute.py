import pytest
import tensorflow as tf
from transformers import BertConfig, DistilBertConfig

from bert_tf.errors import ModelError
from bert_tf.models.compute import choose_compute, multiplies_bfloat16


@pytest.mark.parametrize(
    "flags, expected", [("fpu amx_bf16 sse", True), ("fpu avx512_bf16", True), ("fpu avx512f avx2", False)]
)
def test_cpu_flags(tmp_path, flags, expected):
    (tmp_path / "cpuinfo").write_text(f"processor : 0\nflags\t\t: {flags}\n")
    assert multiplies_bfloat16(tmp_path / "cpuinfo") is expected


def test_a_system_without_cpuinfo(tmp_path):
    assert multiplies_bfloat16(tmp_path / "none") is False


@pytest.mark.parametrize(
    "config, kernels, precision, native, expected",
    [
        (BertConfig(), "auto", "auto", True, (tf.bfloat16, "bfloat16")),
        (BertConfig(), "auto", "auto", False, (tf.float32, "float32")),
        (BertConfig(), "fused", "float32", True, (tf.float32, "float32")),
        (BertConfig(), "reference", "auto", True, (None, "bfloat16")),
        (DistilBertConfig(), "auto", "auto", False, (None, "float32")),
    ],
)
def test_choice(config, kernels, precision, native, expected):
    compute = choose_compute(config, kernels=kernels, precision=precision, bfloat16_is_native=native)
    assert (compute.fused_dtype, compute.precision) == expected
    assert compute.precision in compute.reason


def test_auto_is_the_reference_on_a_gpu():
    settings = {"precision": "auto", "bfloat16_is_native": True, "on_gpu": True}
    assert choose_compute(BertConfig(), kernels="auto", **settings).fused_dtype is None
    assert choose_compute(BertConfig(), kernels="fused", **settings).fused_dtype == tf.bfloat16


def test_fused_where_there_is_none():
    with pytest.raises(ModelError, match="no fused kernels here(.|\n)*model → kernels"):
        choose_compute(DistilBertConfig(), kernels="fused", precision="auto", bfloat16_is_native=True)
