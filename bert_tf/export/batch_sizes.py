"""Which batches a server may make of requests: the sizes that it is told, and what warms it up for them."""

import pathlib
from collections.abc import Sequence

# Microseconds that a request waits for company. A batch of short texts takes some milliseconds.
_TIMEOUT = 1000
_QUEUED_BATCHES = 100


def batch_sizes(largest: int) -> list[int]:
    """Sizes that batches are padded to: the powers of two below `largest`, and `largest` itself (at least 1)."""
    return [size for size in (1 << power for power in range(largest.bit_length())) if size < largest] + [largest]


def write_batching_config(folder: pathlib.Path, *, sizes: Sequence[int], threads: int) -> None:
    """Write `batching.config`, TensorFlow Serving's BatchingParameters, for its `--batching_parameters_file`.

    https://github.com/tensorflow/serving/blob/master/tensorflow_serving/servables/tensorflow/session_bundle_config.proto

    Args:
        folder: Gets the file.
        sizes: Rising; the last is the largest batch.
        threads: Batches that are computed at a time.
    """
    lines = [
        "# For --enable_batching --batching_parameters_file=...; the model's warm-up requests are of these sizes.",
        f"max_batch_size {{ value: {sizes[-1]} }}",
        *(f"allowed_batch_sizes: {size}" for size in sizes),
        "# Batches computed in parallel: one per CPU of the server.",
        f"num_batch_threads {{ value: {threads} }}",
        "# How long a request waits for others, in microseconds.",
        f"batch_timeout_micros {{ value: {_TIMEOUT} }}",
        "# Queued batches; further requests get UNAVAILABLE.",
        f"max_enqueued_batches {{ value: {_QUEUED_BATCHES} }}",
        "# The server would pad an attention mask with its first element, 1. Texts need no padding; requests to",
        "# from_ids must have one length to share a batch.",
        "pad_variable_length_inputs: false",
    ]
    (folder / "batching.config").write_text("\n".join(lines) + "\n", encoding="utf-8")
