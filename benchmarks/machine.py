"""What a measurement was made on, and how fast its matrix units were meanwhile."""

import ctypes
import os
import pathlib
import re
import subprocess
from collections.abc import Callable
from typing import Any

from bert_tf.machine import bfloat16_instructions, cpu_facts

# Nanoseconds for four products of tiles. Virtual machines have their matrix units at two speeds, for seconds to minutes
# on end: below 30, or four times that. Other instructions keep theirs.
FAST = 45.0
_PROBE = pathlib.Path(__file__).with_name("tile_probe.cpp")
_TELLING_FLAGS = ("amx_bf16", "amx_int8", "avx512_bf16", "avx512f", "avx2")


def machine_facts() -> dict[str, Any]:
    """Model of the CPU, cores at hand, which of the instructions that matter it has, and memory."""
    cpu = _fields(pathlib.Path("/proc/cpuinfo"))
    flags = set(cpu.get("flags", "").split())
    memory = _fields(pathlib.Path("/proc/meminfo")).get("MemTotal", "0 kB")
    return {
        "cpu": cpu.get("model name", "unknown"),
        "cores": len(os.sched_getaffinity(0)),
        "flags": [flag for flag in _TELLING_FLAGS if flag in flags],
        "memory_gib": round(int(memory.split()[0]) / 2**20, 1),
        "kernel": os.uname().release,
    }


def machine_precision() -> str:
    """What all contestants multiply in: "bfloat16" where the CPU is faster in it, else "float32".

    It is what bert_tf trains in here. A peer in bfloat16 on a CPU without instructions for it would be slow for a
    reason that none of its users would keep.
    """
    return "float32" if bfloat16_instructions(*cpu_facts()) is None else "bfloat16"


def precisions() -> tuple[str, ...]:
    """Those that are compared with each other here: float32, and bfloat16 where the CPU is faster in it."""
    return ("float32",) if machine_precision() == "float32" else ("float32", "bfloat16")


def machine_name(facts: dict[str, Any]) -> str:
    """For file names: `intel-xeon-processor-amx-bf16-2-cores`."""
    # Virtual machines hide the CPU's model; the best instructions that it has tell more.
    parts = [re.sub(r"\(.*?\)|@.*|\bCPU\b", " ", facts["cpu"]), *facts["flags"][:1], f"{facts['cores']} cores"]
    return re.sub(r"[^a-z0-9]+", "-", " ".join(parts).lower()).strip("-")


def tile_probe(folder: pathlib.Path) -> Callable[[], float] | None:
    """A function that tells how long four products of the matrix units (AMX) take just now, in nanoseconds.

    Args:
        folder: For what is compiled.

    Returns:
        None where the CPU has no such units, the kernel doesn't permit them, or there is no g++.
    """
    if "amx_bf16" not in machine_facts()["flags"]:
        return None
    library = folder / "tile_probe.so"
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        "g++",
        "-O2",
        "-std=c++17",
        "-shared",
        "-fPIC",
        "-mamx-tile",
        "-mamx-bf16",
        str(_PROBE),
        "-o",
        str(library),
    ]
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    probe = ctypes.CDLL(str(library)).tile_nanoseconds
    probe.restype = ctypes.c_double
    return probe if probe() > 0 else None


def _fields(path: pathlib.Path) -> dict[str, str]:
    """The first of each `name: value` line."""
    found: dict[str, str] = {}
    for line in path.read_text().splitlines():
        name, _, value = line.partition(":")
        found.setdefault(name.strip(), value.strip())
    return found
