"""What a measurement was made on."""

import os
import pathlib
import re
from typing import Any

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


def machine_name(facts: dict[str, Any]) -> str:
    """For file names: `intel-xeon-processor-amx-bf16-2-cores`."""
    # Virtual machines hide the CPU's model; the best instructions that it has tell more.
    parts = [re.sub(r"\(.*?\)|@.*|\bCPU\b", " ", facts["cpu"]), *facts["flags"][:1], f"{facts['cores']} cores"]
    return re.sub(r"[^a-z0-9]+", "-", " ".join(parts).lower()).strip("-")


def _fields(path: pathlib.Path) -> dict[str, str]:
    """The first of each `name: value` line."""
    found: dict[str, str] = {}
    for line in path.read_text().splitlines():
        name, _, value = line.partition(":")
        found.setdefault(name.strip(), value.strip())
    return found
