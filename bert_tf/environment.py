"""Where caches are, and what TensorFlow reads from the environment once and for all when it starts."""

import atexit
import contextlib
import hashlib
import importlib.metadata
import os
import pathlib
import platform
import re
import shutil
import sys

from bert_tf.errors import MachineError
from bert_tf.integrity import check_seal, seal
from bert_tf.permissions import private_folder
from bert_tf.temporaries import remove_leftovers, temporary_file

_DIRECTORY_FLAG = "--tf_xla_persistent_cache_directory"
# What is compiled for a GPU depends on more than the key below knows of.
_ON_CPU = "--tf_xla_persistent_cache_device_types=CPU"
_NEEDED_MEBIBYTES = 256
# Of the cache; the folder that holds them may hold other things too.
_PARTS = ("characters", "encoders", "examples", "kernels", "tokens")


def cache_folder() -> pathlib.Path:
    """Where all that runs share is kept, to be removed at any time: `$BERT_TF_CACHE`, else `~/.cache/bert_tf`.

    Raises:
        MachineError: neither is known, as for a user of a container whom its system has not.
    """
    if named := os.environ.get("BERT_TF_CACHE"):
        return pathlib.Path(named)
    try:
        return pathlib.Path.home() / ".cache" / "bert_tf"
    except RuntimeError as problem:
        raise MachineError(
            "This user has no home folder for a cache.",
            hint="set BERT_TF_CACHE=/a/folder in the environment",
        ) from problem


def tidy_cache(folder: pathlib.Path) -> None:
    """Remove what killed processes left half-written in a cache, and let only its owner look into it."""
    for part in (folder / name for name in _PARTS):
        if part.is_dir():
            private_folder(part)
            remove_leftovers(part)


def keep_compiled_kernels() -> None:
    """Have XLA keep what it compiles in `<cache>/kernels/` and load it in the next process.

    Does nothing where TensorFlow is imported already (it has read its flags), where `TF_XLA_FLAGS` names a folder of
    its own, and where the cache can't be written or the disk is nearly full: XLA ends a run over a kernel that it
    can't keep, and over one that it can't read, and runs one that was changed. So only files that are as this module
    sealed them stay; XLA compiles the others anew. Kernels are sealed when the process ends, see
    `seal_compiled_kernels`: those of a process that was killed are not.
    """
    flags = os.environ.get("TF_XLA_FLAGS", "")
    folder = kernel_folder()
    # What the process that started this one has set is no folder of the user's own.
    is_set = str(folder) in flags
    if "tensorflow" in sys.modules or (_DIRECTORY_FLAG in flags and not is_set):
        return
    if not _has_room(folder) or not _only_sealed(folder):
        return
    atexit.register(seal_compiled_kernels)
    if not is_set:
        os.environ["TF_XLA_FLAGS"] = f"{flags} {_DIRECTORY_FLAG}='{folder}' {_ON_CPU}".strip()


def _only_sealed(folder: pathlib.Path) -> bool:
    """Remove what is not sealed; False where that can't be done, as with what belongs to somebody else."""
    try:
        for path in folder.glob("*.pb"):
            if not _is_sealed(path):
                path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def seal_compiled_kernels() -> None:
    """Put a hash of its content into each kernel that XLA kept since; call it before a process ends by `os._exit`.

    Does nothing where XLA keeps none for this process. A file that can't be written is left as it is.
    """
    folder = kernel_folder()
    if str(folder) not in os.environ.get("TF_XLA_FLAGS", ""):
        return
    for path in folder.glob("*.pb"):
        with contextlib.suppress(OSError):
            if not _is_sealed(path):
                _seal(path)


def _seal(path: pathlib.Path) -> None:
    # Another process may be reading the file: it gets the old one or the new one whole.
    with temporary_file(path) as temporary:
        shutil.copyfile(path, temporary)
        seal(temporary, name=path.name)
        os.replace(temporary, path)


def _is_sealed(path: pathlib.Path) -> bool:
    try:
        if not path.is_file():  # to open a pipe would wait for somebody to write to it
            return False
        check_seal(path)
    except (OSError, ValueError):
        return False
    return True


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
        private_folder(folder)
        return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >> 20 >= _NEEDED_MEBIBYTES
    except OSError:
        return False
