"""OpenVINO from raw text to probabilities, one model for all lengths."""

from typing import Any

from benchmarks.contestants.openvino_model import logits, openvino_model
from benchmarks.contestants.sorted_batches import passes
from benchmarks.worker import Work, serve


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), rows (a file), labels, max_tokens, batch, precision."""
    request = openvino_model(options, (-1, -1))
    return passes(options, lambda batch: logits(request, batch))


if __name__ == "__main__":
    serve(prepare)
