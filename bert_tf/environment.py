"""Where caches are, and what TensorFlow reads from the environment once and for all when it starts."""

import hashlib
import importlib.metadata
import os
import pathlib
import platform
import re
import shutil
import sys

_DIRECTORY_FLAG = "--tf_xla_persistent_cache_directory"
# What is compiled for a GPU depends on more than the key below knows of.
_ON_CPU = "--tf_xla_persistent_cache_device_types=CPU"
_NEEDED_MEBIBYTES = 256
_EXECUTABLE_FIELD = 3


def cache_folder() -> pathlib.Path:
    """Where all that runs share is kept, to be removed at any time: `$BERT_TF_CACHE`, else `~/.cache/bert_tf`."""
    return pathlib.Path(os.environ.get("BERT_TF_CACHE") or pathlib.Path.home() / ".cache" / "bert_tf")


def keep_compiled_kernels() -> None:
    """Have XLA keep what it compiles in `<cache>/kernels/` and load it in the next process.

    Does nothing where TensorFlow is imported already (it has read its flags), where `TF_XLA_FLAGS` names a folder of
    its own, and where the cache can't be written or the disk is nearly full: XLA ends a run over a kernel that it
    can't keep, and over one that it can't read, so files that are not whole are removed here.
    """
    flags = os.environ.get("TF_XLA_FLAGS", "")
    if "tensorflow" in sys.modules or _DIRECTORY_FLAG in flags:
        return
    folder = kernel_folder()
    if not _has_room(folder):
        return
    for path in folder.glob("*.pb"):
        if not _is_whole(path):
            path.unlink(missing_ok=True)
    os.environ["TF_XLA_FLAGS"] = f"{flags} {_DIRECTORY_FLAG}='{folder}' {_ON_CPU}".strip()


def kernel_folder(cpu_info: pathlib.Path = pathlib.Path("/proc/cpuinfo")) -> pathlib.Path:
    """Where kernels for this TensorFlow, this kind of CPU, its number of cores and these XLA flags are kept.

    XLA compares programs before it loads one, but not what it was compiled for.
    """
    try:
        lines = cpu_info.read_text().splitlines()
        cpu = sorted({line for line in lines if re.match(r"(model name|flags|Features)\s*:", line)})
    except OSError:
        cpu = [platform.processor()]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    made_for = "\n".join([platform.machine(), *cpu, str(cores), os.environ.get("XLA_FLAGS", "")])
    version = importlib.metadata.version("tensorflow")
    return cache_folder().resolve() / "kernels" / f"{version}-{hashlib.sha256(made_for.encode()).hexdigest()[:12]}"


def _has_room(folder: pathlib.Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >> 20 >= _NEEDED_MEBIBYTES
    except OSError:
        return False


def _is_whole(path: pathlib.Path) -> bool:
    """Whether a file is a whole protocol buffer message (its fields end where it ends) with an executable in it."""
    try:
        content, position, fields = path.read_bytes(), 0, set()
        while position < len(content):
            tag, position = _number(content, position)
            if tag & 7 != 2:
                return False
            length, position = _number(content, position)
            fields.add(tag >> 3)
            position += length
    except (OSError, IndexError):
        return False
    return position == len(content) and _EXECUTABLE_FIELD in fields


def _number(content: bytes, position: int) -> tuple[int, int]:
    """The varint at a position, and the position behind it."""
    value = shift = 0
    while True:
        byte = content[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position
