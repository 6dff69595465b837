"""All checks at once, none of which can end the others."""

import pathlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bert_tf.doctor.caches import check_cache, check_hub_cache, check_kernels
from bert_tf.doctor.finding import Finding
from bert_tf.doctor.hardware import check_cpu, check_disk, check_memory, check_start
from bert_tf.doctor.network import check_datasets, check_hub
from bert_tf.doctor.package_versions import check_packages, check_pins, check_python, check_weights
from bert_tf.environment import cache_folder

Check = Callable[[], Finding | list[Finding] | None]


def examine(runs_folder: pathlib.Path = pathlib.Path("runs")) -> list[Finding]:
    """Look at everything; takes about as long as TensorFlow takes to start.

    Args:
        runs_folder: Where runs would go.
    """
    checks: dict[str, Check] = {
        "Python": check_python,
        "packages": check_packages,
        "tested versions": check_pins,
        "TensorFlow": check_start,
        "CPU": check_cpu,
        "memory": check_memory,
        "disk of runs": lambda: check_disk(runs_folder, subject="disk of runs"),
        "disk of the cache": lambda: check_disk(cache_folder(), subject="disk of the cache"),
        "cache": check_cache,
        "compiled kernels": check_kernels,
        "hub's cache": check_hub_cache,
        "encoder minilm-l6": check_weights,
        "hub": check_hub,
        "TFDS": check_datasets,
    }
    with ThreadPoolExecutor(len(checks)) as pool:
        return [finding for found in pool.map(_guarded, checks, checks.values()) for finding in found]


def _guarded(subject: str, check: Check) -> list[Finding]:
    """What a check found; that it failed is a finding, too: a broken machine is what the doctor is called for."""
    try:
        found = check()
    except Exception as problem:
        advice = "fix what the message names; if nothing is wrong there, please report this"
        return [Finding(subject, "problem", f"the check failed: {type(problem).__name__}: {problem}", advice)]
    if found is None:
        return []
    return found if isinstance(found, list) else [found]
