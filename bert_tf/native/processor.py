"""What the native operations need of the CPU and of the kernel."""

import ctypes
import pathlib
import platform
from collections.abc import Sequence

from bert_tf.machine import cpu_flags

CPU_INFO = pathlib.Path("/proc/cpuinfo")
_VECTORS = ("avx2", "fma", "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl")  # x86-64-v4
_FOUNDATION = "avx512f"  # no CPU has the other parts of AVX-512 without it
_TILES = ("amx_tile", "amx_bf16", "avx512_bf16")
# arch_prctl(ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA): Linux lets no process use tiles unasked.
_ARCH_PRCTL, _ASK_FOR, _TILE_DATA = 158, 0x1023, 18


def missing_for_vectors(cpu_info: pathlib.Path = CPU_INFO) -> str:
    """Why this machine can't load the library, a part of a sentence; empty where it can."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return "they are for Linux on x86-64 only"
    return _lacking(_VECTORS, cpu_info)


def missing_for_tiles(cpu_info: pathlib.Path = CPU_INFO) -> str:
    """Why this process can't multiply by matrix tiles (AMX), a part of a sentence; empty where it can.

    Asks the kernel for permission, which is the process's from then on.
    """
    missing = missing_for_vectors(cpu_info) or _lacking(_TILES, cpu_info)
    if missing:
        return missing
    return "" if _permitted() else "the kernel refuses matrix tiles; Linux 5.16 or newer permits them"


def _lacking(wanted: Sequence[str], cpu_info: pathlib.Path) -> str:
    there = cpu_flags(cpu_info)
    missing = [name for name in wanted if name not in there]
    if _FOUNDATION in missing:
        return "this CPU has no AVX-512"
    return f"this CPU has no {', '.join(missing)}" if missing else ""


def _permitted() -> bool:
    return ctypes.CDLL(None).syscall(_ARCH_PRCTL, _ASK_FOR, _TILE_DATA) == 0
