"""What the model runs on this machine: which kernels, and the type of their matmuls."""

import dataclasses
import pathlib
from typing import Any

import tensorflow as tf

from bert_tf.errors import ModelError
from bert_tf.machine import bfloat16_instructions, cpu_facts
from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.kernels.fused_encoder import supports
from bert_tf.models.kernels.native_layer import supports_native
from bert_tf.native.library import NativeLibrary
from bert_tf.quiet import leaves_out_onednn

_AMPERE = (8, 0)
_SLOW_BFLOAT16 = 'bfloat16 is slower than float32 on this machine; training.precision = "auto" trains in float32 here.'
_WITHOUT_ONEDNN = (
    "TensorFlow was started without oneDNN, so training is slower: set TF_ENABLE_ONEDNN_OPTS=1, or leave it unset "
    "and import bert_tf before tensorflow."
)
_KERNELS = ("auto", "native", "fused", "reference")


@dataclasses.dataclass(frozen=True)
class Compute:
    """How the model's matmuls are done.

    Attributes:
        fused_dtype: Type of the fused kernels' matmuls, or None for the reference graph.
        precision: "float32", "bfloat16" or "float16".
        reason: A sentence for people.
        remark: What is slower in it than it need be, and what to do, for people; empty where nothing is.
        native: Operations in C++ that take the optimizer's step, or None.
        without_native: Why there are none, a part of a sentence; empty where there are, or where none are looked for.
        has_native_layers: Whether they compute the encoder's layers too, in training and where a run is measured, in
            place of the fused kernels and the frozen graph.
    """

    fused_dtype: tf.DType | None
    precision: str
    reason: str
    remark: str = ""
    native: NativeLibrary | None = None
    without_native: str = ""
    has_native_layers: bool = False

    @property
    def layer_operations(self) -> Any | None:
        """The operations that compute the encoder's layers, or None for the fused kernels and the frozen graph."""
        return self.native.operations if self.native is not None and self.has_native_layers else None

    @property
    def graph_precision(self) -> str:
        """What TensorFlow is to multiply in where the graph says float32: the fused kernels cast for themselves."""
        return self.precision if self.fused_dtype is None else "float32"


def multiplies_bfloat16(cpu_info: pathlib.Path = pathlib.Path("/proc/cpuinfo")) -> bool:
    """Whether the GPU, or the CPU where there is none, multiplies bfloat16 faster than float32."""
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        return tuple(details.get("compute_capability", (0, 0))) >= _AMPERE
    return bfloat16_instructions(*cpu_facts(cpu_info)) is not None


def choose_compute(
    config: EncoderConfig,
    *,
    kernels: str,
    precision: str,
    bfloat16_is_native: bool,
    on_gpu: bool = False,
    native: NativeLibrary | None = None,
) -> Compute:
    """The kernels and precision that a recipe's words come to on this machine.

    Args:
        config: The encoder's.
        kernels: "auto", "native", "fused" or "reference". The first two are the fused kernels, and beside them the
            native operations that this machine has.
        precision: "auto", "float32", "bfloat16" or "float16"; "auto" is bfloat16 where the machine is faster in it and
            the encoder is a transformer: a baseline multiplies little. The reference graph has float16 on a GPU
            only, and is float32 elsewhere.
        bfloat16_is_native: As of `multiplies_bfloat16`.
        on_gpu: Whether the model runs on one; "auto" is "reference" there.
        native: As of `native_library`; None where nobody has looked.

    Raises:
        ModelError: no such kernels, or "native" or "fused" was asked for and the encoder has none.
    """
    if kernels not in _KERNELS:
        raise ModelError(
            f"There are no kernels {kernels!r}.", where="model.kernels", hint=f"use one of: {', '.join(_KERNELS)}"
        )
    precision, why_precision, remark = _precision(precision, config, bfloat16_is_native=bfloat16_is_native)
    missing = supports(config)
    if kernels in ("native", "fused") and missing:
        raise ModelError(f"The fused kernels can't be used: {missing}", where="model.kernels", hint='use "auto"')
    if kernels == "auto" and on_gpu:
        missing = "the fused kernels have not been measured on a GPU"
    if kernels == "reference" or missing:
        why = missing or "the recipe asks for them"
        if precision == "float16" and not on_gpu:
            precision, why = "float32", f"{why.rstrip('.')}; they support float16 on a GPU only"
        return Compute(None, precision, f"reference kernels in {precision} ({why})", remark)
    reason = f"fused kernels, matmuls in {precision}{why_precision}"
    fused = Compute(tf.as_dtype(precision), precision, reason, remark)
    if kernels == "fused" or native is None:
        return fused
    without_native = "the model runs on a GPU" if on_gpu else native.missing
    if without_native:
        reason = f"{reason}; no native operations ({without_native})"
        return dataclasses.replace(fused, reason=reason, without_native=without_native)
    return _with_native(fused, config, native)


def _precision(precision: str, config: EncoderConfig, *, bfloat16_is_native: bool) -> tuple[str, str, str]:
    """What the recipe's word comes to, why in brackets where that is worth a word, and a remark."""
    if precision == "bfloat16":
        return precision, "", "" if bfloat16_is_native else _SLOW_BFLOAT16
    if precision != "auto":
        return precision, "", ""
    if not config.is_pretrained:
        return "float32", "", ""
    return ("bfloat16", "", "") if bfloat16_is_native else ("float32", " (bfloat16 is no faster here)", "")


def _with_native(fused: Compute, config: EncoderConfig, native: NativeLibrary) -> Compute:
    """The fused kernels with the operations of a library beside them or, where it can, in place of them."""
    beside = dataclasses.replace(fused, reason=f"{fused.reason}; native optimizer", native=native)
    if fused.precision != "bfloat16":
        return beside
    without = native.without_tiles or (supports_native(config) or "").rstrip(".")
    if without:
        return dataclasses.replace(beside, reason=f"{beside.reason}, no native layers ({without})")
    reason = f"native layers and optimizer, matmuls in {fused.precision}"
    return dataclasses.replace(beside, reason=reason, has_native_layers=True)


def with_remark_on_onednn(compute: Compute) -> Compute:
    """The same, and the remark where it runs on a CPU in a TensorFlow that leaves oneDNN out."""
    if not leaves_out_onednn():
        return compute
    return dataclasses.replace(compute, remark=" ".join(filter(None, (compute.remark, _WITHOUT_ONEDNN))))


def check_for_training(compute: Compute, *, kernels: str, precision: str, gradient_checkpointing: bool) -> None:
    """Refuse what the recipe asks of training and this machine can't do; a finished run is measured without it.

    Args:
        compute: What the run comes to.
        kernels: The recipe's word.
        precision: The recipe's word.
        gradient_checkpointing: The recipe's word.

    Raises:
        ModelError: no native operations though they were asked for, float16 that would be float32, or checkpointing
            without the fused kernels.
    """
    if kernels == "native" and compute.native is None:
        raise ModelError(
            f"The native operations can't be used here: {compute.without_native}.",
            where="model.kernels",
            hint='use "auto", which takes them where they load',
        )
    if precision == "float16" and compute.precision != precision:
        raise ModelError(
            f"Training in float16 is not available here, only {compute.reason}.",
            where="training.precision",
            hint='use "auto"',
        )
    if gradient_checkpointing and compute.fused_dtype is None:
        raise ModelError(
            f"Gradient checkpointing needs the fused kernels, but this run uses {compute.reason}.",
            where="training.gradient_checkpointing",
            hint='set model.kernels = "fused" if the encoder supports them, or save memory with '
            "training.micro_batch_size",
        )
