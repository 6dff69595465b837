"""What this machine is, told without TensorFlow: CPU, cores, memory, GPUs."""

import contextlib
import ctypes
import os
import pathlib
import platform
import resource
import subprocess
from collections.abc import Sequence
from typing import Any

from bert_tf.errors import MachineError, OutOfMemoryError

# Instructions that decide how fast matrices are multiplied, best first; arm64's names after x86's.
_MATRIX_TILES, _DOT_PRODUCTS = "amx_bf16", "avx512_bf16"
_TELLING_FEATURES = (_MATRIX_TILES, _DOT_PRODUCTS, "avx512f", "avx2", "sve2", "bf16", "sve", "asimd")
_GPU_NAMES = ("nvidia-smi", "--query-gpu=name", "--format=csv,noheader")
_SECONDS_FOR_GPUS = 10
_RESERVED_MIB = 8_000


def describe() -> dict[str, Any]:
    """Facts of this machine that decide how long a run takes.

    Returns:
        `cpu` (the model's name, "unknown" where the system hides it), `cores` (that this process may use), `features`
        (instructions that matter, best first), `memory_mib` (of the machine, or less where a container is given
        less), `gpus` (names) and `platform`.
    """
    cpu, features = cpu_facts()
    return {
        "cpu": cpu,
        "cores": available_cores(),
        "features": features,
        "memory_mib": memory_mib(),
        "gpus": _gpu_names(),
        "platform": platform.platform(),
    }


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def bfloat16_instructions(cpu: str, features: Sequence[str]) -> str | None:
    """The instructions with which this CPU multiplies bfloat16 faster than float32; None without any.

    Args:
        cpu: Name of the model, as of `describe`.
        features: As of `describe`.
    """
    if _MATRIX_TILES in features:
        return _MATRIX_TILES
    # Intel's dot products of bfloat16 were measured to be slower than its float32, AMD's to be faster.
    return _DOT_PRODUCTS if _DOT_PRODUCTS in features and cpu.startswith("AMD") else None


def cpu_facts(cpu_info: pathlib.Path = pathlib.Path("/proc/cpuinfo")) -> tuple[str, list[str]]:
    """`cpu` and `features`, as of `describe`."""
    name = _named_fields(cpu_info).get("model name") or platform.processor() or "unknown"
    has = cpu_flags(cpu_info)
    return name, [feature for feature in _TELLING_FEATURES if feature in has]


def cpu_flags(cpu_info: pathlib.Path = pathlib.Path("/proc/cpuinfo")) -> frozenset[str]:
    """All that the CPU can do, in Linux's words; empty where the system has no such file."""
    fields = _named_fields(cpu_info)
    return frozenset(fields.get("flags", fields.get("Features", "")).split())


def memory_mib(limit_file: pathlib.Path = pathlib.Path("/sys/fs/cgroup/memory.max")) -> int:
    """Memory of the machine in MiB, or what a container's limit (cgroup v2) leaves of it."""
    import psutil

    total = psutil.virtual_memory().total
    return min(total, _limit(limit_file) or total) >> 20


def free_memory_mib() -> int:
    """Memory in MiB that a process can take now without swapping; a container's limit counts."""
    import psutil

    return min(psutil.virtual_memory().available >> 20, memory_mib())


def check_address_space(beside_mib: int = 0) -> None:
    """Raises MachineError where `ulimit -v` or `ulimit -d` leaves too little for TensorFlow, which would only abort.

    What it reserves for threads and libraries is many times what it uses.

    Args:
        beside_mib: What the work needs beside that.
    """
    needed = _RESERVED_MIB + beside_mib
    for kind, option in ((resource.RLIMIT_AS, "-v"), (resource.RLIMIT_DATA, "-d")):
        limit = resource.getrlimit(kind)[0]
        if limit != resource.RLIM_INFINITY and limit >> 20 < needed:
            raise MachineError(
                f"This process may reserve only {limit >> 20:,} MiB of memory (ulimit {option}), but needs about "
                f"{needed:,} MiB: TensorFlow reserves far more than it uses.",
                hint=f"ulimit {option} unlimited; to limit real use, set a memory limit on the container or batch job",
            )


def check_memory(needed_mib: int) -> None:
    """Raises OutOfMemoryError where the machine, or what a container is given of it, has less memory than is needed."""
    there = memory_mib()
    if there < needed_mib:
        raise OutOfMemoryError(
            f"Not enough memory: training needs at least {needed_mib:,} MiB, and {there:,} MiB are available.",
            where="model.encoder",
            hint="use a smaller encoder, or a machine or container with more memory; `bert-tf plan` measures what is "
            "needed",
            kind="machine",
        )


def own_memory_mib() -> int:
    """Memory in MiB that this process has."""
    import psutil

    return psutil.Process().memory_info().rss >> 20


def peak_memory_mib(status: pathlib.Path = pathlib.Path("/proc/self/status")) -> int:
    """Resident memory of this process at its most, in MiB.

    Linux starts `ru_maxrss` of a new program at the memory of the process that started it; VmHWM is the program's own.
    """
    try:
        return int(_named_fields(status)["VmHWM"].split()[0]) >> 10
    except KeyError:  # no such file here
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def return_freed_memory() -> None:
    """Give the system back what was freed; glibc keeps much of it in its arenas, one or more for each thread.

    Does nothing with another C library. Takes milliseconds, up to a tenth of a second behind much that was freed.
    """
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def _limit(path: pathlib.Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # no container, or "max"
        return None


def _named_fields(path: pathlib.Path) -> dict[str, str]:
    """The first of each `name: value` line; none where the system has no such file."""
    found: dict[str, str] = {}
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return found
    for line in lines:
        name, _, value = line.partition(":")
        found.setdefault(name.strip(), value.strip())
    return found


def _gpu_names() -> list[str]:
    try:
        done = subprocess.run(_GPU_NAMES, capture_output=True, text=True, check=True, timeout=_SECONDS_FOR_GPUS)
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]
