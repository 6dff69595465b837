"""ONNX Runtime on a batch of fixed shape, inference only: float32, or int8 weights with dynamic quantization."""

import os
import pathlib
import tempfile
from typing import Any

import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import quantize_dynamic

from benchmarks.contestants.inputs import probabilities, random_ids
from benchmarks.contestants.pytorch_model import pytorch_model
from benchmarks.worker import Work, serve


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), batch, length, quantized."""
    batch = {name: value.astype(np.int64) for name, value in random_ids(options).items()}
    session = _session(options, batch)
    return lambda count: probabilities([session.run(None, batch)[0] for _ in range(count)][-1])


def _session(options: dict[str, Any], batch: dict[str, np.ndarray]) -> onnxruntime.InferenceSession:
    model = pytorch_model(options, attn_implementation="eager").eval()
    with tempfile.TemporaryDirectory() as folder:
        path, quantized = pathlib.Path(folder, "model.onnx"), pathlib.Path(folder, "int8.onnx")
        torch.onnx.export(
            model, tuple(map(torch.from_numpy, batch.values())), path, input_names=list(batch), dynamo=False
        )
        if options["quantized"]:
            quantize_dynamic(path, quantized)
            path = quantized
        settings = onnxruntime.SessionOptions()
        # Left to itself it takes the machine's cores, not those of the process.
        settings.intra_op_num_threads = len(os.sched_getaffinity(0))
        return onnxruntime.InferenceSession(path, settings)


if __name__ == "__main__":
    serve(prepare)
