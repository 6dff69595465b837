"""Who takes part."""

import pathlib
import sys
from typing import Any

from benchmarks.contest import Contestant

OURS = "bert_tf"
REFERENCE = "bert_tf, reference kernels"
EAGER = "PyTorch eager"
COMPILED = "PyTorch compiled"
OPENVINO = "OpenVINO"
EXPORTED = "bert_tf, exported"
TRAINER = "Hugging Face Trainer"
SENTENCE_TRANSFORMERS = "sentence-transformers"

_AUTO = {"kernels": "auto"}


def own(name: str, module: str, **options: Any) -> Contestant:
    """A contestant in the environment that runs this."""
    return Contestant(name, module, pathlib.Path(sys.executable), options)


def peer(name: str, environment: str, module: str, **options: Any) -> Contestant:
    """A contestant in an environment of `requirements/`."""
    # Each backend of Keras and transformers is the one that is named, whatever the user's own settings are.
    torch = {"KERAS_BACKEND": "jax", "USE_TF": "0", "USE_TORCH": "1"}
    variables = {"TF_USE_LEGACY_KERAS": "1", "USE_TF": "1"} if environment == "tfbert" else torch
    return Contestant(name, module, environment, options, variables)


def training(precision: str) -> list[Contestant]:
    """Steps of training on a fixed shape, in the workload's precision where a name doesn't say otherwise."""
    return [
        own_steps(),
        *_own_others(precision),
        *pytorch_steps(),
        peer("KerasHub on JAX, float32", "keras_hub", "keras_hub_steps", precision="float32"),
    ]


def inference(precision: str) -> list[Contestant]:
    """Steps of inference on a fixed shape, in the workload's precision where a name doesn't say otherwise."""
    return [
        own_steps(),
        own(EXPORTED, "exported_steps", precision="float32"),
        *_own_others(precision),
        *pytorch_steps(),
        peer(OPENVINO, "pytorch", "openvino_steps"),
        peer("ONNX Runtime float32", "pytorch", "onnx_steps", quantized=False),
        peer("ONNX Runtime int8", "pytorch", "onnx_steps", quantized=True),
        peer("KerasHub on JAX, float32", "keras_hub", "keras_hub_steps", precision="float32"),
    ]


def own_steps(name: str = OURS, **workload: Any) -> Contestant:
    """bert_tf as a recipe runs it; a workload of its own wins over that of the contest."""
    return own(name, "own_steps", **_AUTO, **workload)


def pytorch_steps() -> list[Contestant]:
    """PyTorch on a fixed shape, eager and compiled."""
    return [
        peer(EAGER, "pytorch", "pytorch_steps", compiled=False),
        peer(COMPILED, "pytorch", "pytorch_steps", compiled=True),
    ]


def raw_text() -> list[Contestant]:
    """Passes from raw text to probabilities."""
    return [
        own(OURS, "own_texts", **_AUTO),
        own(EXPORTED, "exported_texts", precision="float32"),
        peer(EAGER, "pytorch", "pytorch_texts", compiled=False),
        peer(COMPILED, "pytorch", "pytorch_texts", compiled=True),
        peer(OPENVINO, "pytorch", "openvino_texts"),
    ]


def exported(precision: str) -> list[Contestant]:
    """Passes from raw text to probabilities by a SavedModel and by PyTorch, both in one precision."""
    return [
        own(EXPORTED, "exported_texts", precision=precision),
        peer(EAGER, "pytorch", "pytorch_texts", compiled=False, precision=precision),
    ]


def tagging_steps() -> list[Contestant]:
    """Steps of training taggers on a fixed shape."""
    return [own_steps(), own_steps("bert_tf, CRF", crf=True), *pytorch_steps()]


def tagging_texts(precision: str) -> list[Contestant]:
    """Passes from raw text to entities by a SavedModel and by PyTorch, both in one precision."""
    return [
        own(EXPORTED, "exported_entities", precision=precision),
        own("bert_tf, exported, CRF", "exported_entities", precision=precision, crf=True),
        peer("transformers pipeline", "pytorch", "pipeline_entities", precision=precision),
    ]


def embedding_steps() -> list[Contestant]:
    """Steps of training vectors on pairs of a fixed shape."""
    return [own_steps(), sentence_transformers("sentence_transformers_steps")]


def sentence_transformers(module: str) -> Contestant:
    """sentence-transformers in an environment of its own."""
    return peer(SENTENCE_TRANSFORMERS, "sentence_transformers", module)


def tokenizers() -> list[Contestant]:
    """Passes from raw text to ids."""
    return [own(OURS, "own_tokens"), own("Hugging Face fast", "hugging_face_tokens")]


def matmuls() -> list[Contestant]:
    """Matmuls of several large shapes, in the two libraries."""
    shapes = ([2048, 2048, 2048], [4096, 4096, 4096], [4096, 384, 1536], [8192, 1536, 1536])
    return [
        contestant
        for shape in shapes
        for contestant in (
            own(f"TensorFlow {_product(shape)}", "tensorflow_matmul", shape=shape),
            peer(f"PyTorch {_product(shape)}", "pytorch", "torch_matmul", shape=shape),
        )
    ]


def _own_others(precision: str) -> list[Contestant]:
    float32 = own("bert_tf float32", "own_steps", kernels="fused", precision="float32")
    return [
        *([] if precision == "float32" else [float32]),
        own(REFERENCE, "own_steps", kernels="reference"),
        peer("TFBert and fit, float32", "tfbert", "tfbert_steps"),
    ]


def _product(shape: list[int]) -> str:
    return "×".join(map(str, shape))
