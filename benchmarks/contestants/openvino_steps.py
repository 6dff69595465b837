"""OpenVINO on a batch of fixed shape, inference only."""

from typing import Any

import numpy as np

from benchmarks.contestants.inputs import probabilities, random_ids
from benchmarks.contestants.openvino_model import logits, openvino_model
from benchmarks.worker import Work, serve


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), batch, length, precision (bfloat16 or float32)."""
    request = openvino_model(options, (options["batch"], options["length"]))
    batch = {name: value.astype(np.int64) for name, value in random_ids(options).items()}
    return lambda count: probabilities([logits(request, batch) for _ in range(count)][-1])


if __name__ == "__main__":
    serve(prepare)
