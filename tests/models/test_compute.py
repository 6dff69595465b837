import pytest
import tensorflow as tf

from bert_tf.errors import ModelError
from bert_tf.models.compute import (
    Compute,
    check_for_training,
    choose_compute,
    multiplies_bfloat16,
    with_remark_on_onednn,
)
from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.native.library import NativeLibrary

WITHOUT_FUSED = EncoderConfig(activation="relu")


@pytest.mark.parametrize(
    "cpu, flags, expected",
    [
        ("Intel(R) Xeon(R)", "fpu amx_bf16 sse", True),
        ("Intel(R) Xeon(R)", "fpu avx512_bf16", False),
        ("AMD EPYC 9575F", "fpu avx512_bf16", True),
        ("AMD EPYC 7763", "fpu avx2", False),
    ],
)
def test_cpu_flags(tmp_path, cpu, flags, expected):
    (tmp_path / "cpuinfo").write_text(f"processor : 0\nmodel name\t: {cpu}\nflags\t\t: {flags}\n")
    assert multiplies_bfloat16(tmp_path / "cpuinfo") is expected


def test_a_system_without_cpuinfo(tmp_path):
    assert multiplies_bfloat16(tmp_path / "none") is False


@pytest.mark.parametrize(
    "config, kernels, precision, native, expected",
    [
        (EncoderConfig(), "auto", "auto", True, (tf.bfloat16, "bfloat16")),
        (EncoderConfig(), "auto", "auto", False, (tf.float32, "float32")),
        (EncoderConfig(), "fused", "float32", True, (tf.float32, "float32")),
        (EncoderConfig(), "reference", "auto", True, (None, "bfloat16")),
        (WITHOUT_FUSED, "auto", "auto", False, (None, "float32")),
        (EncoderConfig(family="bow"), "auto", "auto", True, (None, "float32")),
        (EncoderConfig(), "auto", "float16", True, (tf.float16, "float16")),
        (WITHOUT_FUSED, "auto", "float16", True, (None, "float32")),
    ],
)
def test_choice(config, kernels, precision, native, expected):
    compute = choose_compute(config, kernels=kernels, precision=precision, bfloat16_is_native=native)
    assert (compute.fused_dtype, compute.precision) == expected
    assert f"in {compute.precision}" in compute.reason
    assert compute.graph_precision == ("float32" if compute.fused_dtype else compute.precision)


NONE_HERE = NativeLibrary(None, "this CPU has no AVX-512", "this CPU has no AVX-512")


def test_a_machine_that_is_no_faster_in_bfloat16_says_so():
    slow = {"kernels": "auto", "bfloat16_is_native": False, "native": NONE_HERE}
    chosen = choose_compute(EncoderConfig(), **slow, precision="auto")
    assert chosen.reason == (
        "fused kernels, matmuls in float32 (bfloat16 is no faster here); no native operations (this CPU has no AVX-512)"
    )
    assert chosen.remark == ""
    asked = choose_compute(EncoderConfig(), **slow, precision="bfloat16")
    assert asked.remark == (
        'bfloat16 is slower than float32 on this machine; training.precision = "auto" trains in float32 here.'
    )
    assert choose_compute(WITHOUT_FUSED, **slow, precision="bfloat16").remark == asked.remark
    fast = {"kernels": "auto", "bfloat16_is_native": True}
    for precision in ("auto", "float32", "bfloat16"):
        compute = choose_compute(EncoderConfig(), **fast, precision=precision)
        assert (compute.remark, "no faster" in compute.reason) == ("", False)


def test_native_layers_in_bfloat16_where_machine_and_encoder_have_them():
    settings = {"kernels": "auto", "precision": "bfloat16", "bfloat16_is_native": True}
    operations = object()
    compute = choose_compute(EncoderConfig(), **settings, native=NativeLibrary(operations, "", ""))
    assert compute.layer_operations is operations
    assert (compute.fused_dtype, compute.reason) == (tf.bfloat16, "native layers and optimizer, matmuls in bfloat16")
    without_tiles = choose_compute(EncoderConfig(), **settings, native=NativeLibrary(operations, "", "no amx_tile"))
    assert without_tiles.layer_operations is None
    assert without_tiles.reason == (
        "fused kernels, matmuls in bfloat16; native optimizer, no native layers (no amx_tile)"
    )
    narrow = EncoderConfig(hidden_size=64, heads=4)
    compute = choose_compute(narrow, **settings, native=NativeLibrary(operations, "", ""))
    assert compute.layer_operations is None
    assert "attention heads are 32 or 64 wide" in compute.reason


@pytest.mark.parametrize("kernels", ["auto", "native"])
def test_native_operations_beside_the_fused_kernels_where_they_load(kernels):
    settings = {"kernels": kernels, "precision": "float32", "bfloat16_is_native": False}
    here = NativeLibrary(object(), "", "")
    compute = choose_compute(EncoderConfig(), **settings, native=here)
    assert (compute.native, compute.fused_dtype) == (here, tf.float32)
    assert compute.reason == "fused kernels, matmuls in float32; native optimizer"
    without = choose_compute(EncoderConfig(), **settings, native=NONE_HERE)
    assert (without.native, without.fused_dtype) == (None, tf.float32)
    assert without.reason == "fused kernels, matmuls in float32; no native operations (this CPU has no AVX-512)"


@pytest.mark.parametrize("kernels", ["fused", "reference"])
def test_other_kernels_have_no_native_operations_beside_them(kernels):
    settings = {"precision": "float32", "bfloat16_is_native": False, "native": NativeLibrary(object(), "", "")}
    compute = choose_compute(EncoderConfig(), kernels=kernels, **settings)
    assert compute.native is None
    assert "native" not in compute.reason
    assert choose_compute(WITHOUT_FUSED, kernels="auto", **settings).native is None


def test_training_by_native_operations_that_are_not_there():
    settings = {"precision": "float32", "bfloat16_is_native": False, "native": NONE_HERE}
    compute = choose_compute(EncoderConfig(), kernels="native", **settings)
    with pytest.raises(ModelError, match=r"can't be used here: this CPU has no AVX-512\.(.|\n)*model.kernels"):
        check_for_training(compute, kernels="native", precision="float32", gradient_checkpointing=False)
    on_gpu = choose_compute(EncoderConfig(), kernels="native", **{**settings, "on_gpu": True})
    with pytest.raises(ModelError, match=r"can't be used here: the model runs on a GPU\."):
        check_for_training(on_gpu, kernels="native", precision="float32", gradient_checkpointing=False)
    check_for_training(compute, kernels="auto", precision="float32", gradient_checkpointing=False)


def test_a_tensorflow_that_leaves_onednn_out_is_told(monkeypatch):
    slow = Compute(tf.bfloat16, "bfloat16", "fused kernels", "bfloat16 is slower.")
    for leaves_out, told in ((False, ""), (True, "TF_ENABLE_ONEDNN_OPTS=1")):
        monkeypatch.setattr("bert_tf.models.compute.leaves_out_onednn", lambda leaves_out=leaves_out: leaves_out)
        remark = with_remark_on_onednn(slow).remark
        assert remark.startswith("bfloat16 is slower.")
        assert told in remark
        assert with_remark_on_onednn(Compute(None, "float32", "")).remark == remark.removeprefix(slow.remark).lstrip()
    assert "without oneDNN" in remark


def test_auto_is_the_reference_on_a_gpu():
    settings = {"precision": "auto", "bfloat16_is_native": True, "on_gpu": True}
    assert choose_compute(EncoderConfig(), kernels="auto", **settings).fused_dtype is None
    assert choose_compute(EncoderConfig(), kernels="fused", **settings).fused_dtype == tf.bfloat16


@pytest.mark.parametrize(
    "config, why", [(WITHOUT_FUSED, "activation"), (EncoderConfig(family="bilstm"), "the encoder 'bilstm' is not")]
)
def test_fused_where_there_is_none(config, why):
    with pytest.raises(ModelError, match=f"fused kernels can't be used(.|\n)*{why}(.|\n)*model.kernels"):
        choose_compute(config, kernels="fused", precision="auto", bfloat16_is_native=True)


def test_float16_of_the_reference_is_the_gpus():
    settings = {"kernels": "reference", "precision": "float16", "bfloat16_is_native": False}
    assert choose_compute(EncoderConfig(), **settings, on_gpu=True).graph_precision == "float16"
    on_cpu = choose_compute(EncoderConfig(), **settings)
    assert "float16 on a GPU only" in on_cpu.reason
    with pytest.raises(ModelError, match="float16 is not available here(.|\n)*GPU only(.|\n)*training.precision"):
        check_for_training(on_cpu, kernels="auto", precision="float16", gradient_checkpointing=False)


def test_checkpointing_without_fused_kernels_is_refused():
    reference = choose_compute(WITHOUT_FUSED, kernels="auto", precision="float32", bfloat16_is_native=False)
    with pytest.raises(ModelError, match="needs the fused kernels(.|\n)*'relu'(.|\n)*gradient_checkpointing"):
        check_for_training(reference, kernels="auto", precision="float32", gradient_checkpointing=True)


@pytest.mark.parametrize(
    "compute, precision, checkpointing",
    [
        (Compute(tf.float16, "float16", ""), "float16", True),
        (Compute(None, "bfloat16", ""), "auto", False),
        (Compute(None, "float16", ""), "float16", False),
    ],
)
def test_what_training_can_do_passes(compute, precision, checkpointing):
    check_for_training(compute, kernels="auto", precision=precision, gradient_checkpointing=checkpointing)
