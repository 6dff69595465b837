"""latency.json: how long an exported model takes on this machine, in a process that does nothing else."""

import datetime
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf import machine
from bert_tf.export.clean_process import native_answers
from bert_tf.export.native_job import core_libraries, native_job, signature_tensors

_PERCENTILES = (50, 95, 99)


def latency_facts(
    runs: Mapping[str, Sequence[float]], *, load_seconds: float, peak_memory_mib: float
) -> dict[str, Any]:
    """What latency.json says.

    Args:
        runs: Seconds of each run by batch size; at least one run each.
        load_seconds: Loading the model, without the libraries.
        peak_memory_mib: Resident memory of the process at its most, after the runs.
    """
    return {
        "measured": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "how": "golden requests one after another through TensorFlow's C API, without a server; with few runs, high "
        "percentiles are close to the maximum",
        "machine": machine.describe(),
        "load_seconds": round(load_seconds, 3),
        "peak_memory_mib": round(peak_memory_mib),
        "batch_sizes": {size: _summary(int(size), seconds) for size, seconds in runs.items()},
    }


def measure_latency(
    version: pathlib.Path, requests: Sequence[Mapping[str, Any]], *, target: str, seconds: float
) -> dict[str, Any]:
    """What latency.json would say of a saved model, in a process of its own; nothing where TensorFlow has no C library.

    Args:
        version: The saved model.
        requests: Golden requests, one at least.
        target: The release of TensorFlow Serving whose operations it gets.
        seconds: How long each batch size is timed.

    Raises:
        VerifyError: it can't be loaded.
    """
    if not core_libraries():
        return {}
    version = version.absolute()  # the process has a working directory of its own
    tensors = signature_tensors(version)
    job = native_job(version, requests, tensors=tensors, target=target, latency_seconds=seconds)
    result = native_answers(version, job)
    facts = {"load_seconds": result["load_seconds"], "peak_memory_mib": result["peak_memory_mib"]}
    return latency_facts(result["latency"], **facts)


def _summary(size: int, seconds: Sequence[float]) -> dict[str, Any]:
    milliseconds = 1000 * np.array(seconds)
    percentiles = {f"p{rank}_ms": round(float(np.percentile(milliseconds, rank)), 3) for rank in _PERCENTILES}
    return {"runs": len(seconds), **percentiles, "texts_per_second": round(1000 * size / float(milliseconds.mean()), 1)}
