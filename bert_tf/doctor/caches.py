"""What is cached, where, and what of it is no longer of use."""

import os
import pathlib
import shlex

from bert_tf.doctor.finding import Finding
from bert_tf.environment import cache_folder, kernel_folder


def check_cache() -> Finding:
    """Size of bert_tf's cache."""
    folder = cache_folder()
    return Finding("cache", "ok", f"{folder}: {_mebibytes(folder):,} MiB", "")


def check_kernels() -> Finding:
    """Compiled kernels that no process of this machine, with this TensorFlow, will ever load again."""
    current = kernel_folder()
    stale = [path for path in current.parent.glob("*") if path.is_dir() and path != current]
    kept = f"{len(list(current.glob('*.pb')))} for this machine"
    if not stale:
        return Finding("compiled kernels", "ok", kept)
    size = sum(map(_mebibytes, stale))
    found = f"{kept}; {size:,} MiB of other versions or machines"
    removal = shlex.join(["rm", "-r", *map(str, stale)])
    return Finding("compiled kernels", "warning", found, f"{removal}, unless another machine uses this cache")


def check_hub_cache() -> Finding:
    """Where the hub's library keeps encoders."""
    from huggingface_hub.constants import HF_HUB_CACHE

    folder = pathlib.Path(HF_HUB_CACHE)
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not os.access(there, os.W_OK):
        return Finding("hub's cache", "warning", f"{folder} is not writable", "export HF_HOME=/another/folder")
    return Finding("hub's cache", "ok", f"{folder}: {_mebibytes(folder):,} MiB")


def _mebibytes(folder: pathlib.Path) -> int:
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                size += os.lstat(os.path.join(parent, name)).st_size
            except OSError:  # removed meanwhile
                continue
    return size >> 20
