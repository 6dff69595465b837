"""PyTorch's model converted by OpenVINO and compiled for the CPU."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import openvino
import torch

from benchmarks.contestants.pytorch_model import pytorch_model

_HINTS = {"bfloat16": "bf16", "float32": "f32"}


def openvino_model(options: Mapping[str, Any], shape: Sequence[int]) -> Any:
    """The request of a compiled model; `shape` is [batch, length], -1 where it may change from call to call."""
    names = ("input_ids", "attention_mask", "token_type_ids")
    example = {name: torch.ones((2, 8), dtype=torch.int64) for name in names}
    model = pytorch_model(options, attn_implementation="eager").eval()
    converted = openvino.convert_model(model, example_input=example)
    converted.reshape({name: list(shape) for name in names})
    settings = {
        "INFERENCE_PRECISION_HINT": _HINTS[options["precision"]],
        "PERFORMANCE_HINT": "THROUGHPUT",
        "NUM_STREAMS": 1,
    }
    return openvino.compile_model(converted, "CPU", settings).create_infer_request()


def logits(request: Any, batch: Mapping[str, np.ndarray]) -> np.ndarray:
    """Logits, float32 [B, C], of inputs, integers [B, L] by name."""
    return request.infer({name: value.astype(np.int64) for name, value in batch.items()})[0].copy()
