"""CPU, memory, disk, and whether TensorFlow starts."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

from bert_tf.doctor.finding import Finding
from bert_tf.machine import bfloat16_instructions, describe, free_memory_mib
from bert_tf.native.processor import missing_for_vectors
from bert_tf.plurals import counted
from bert_tf.quiet import TENSORFLOW_ENVIRONMENT
from bert_tf.system_errors import reason_of

# The default recipe takes 2.5 GiB at its peak, of which 1 GiB is there before the first step.
_ENOUGH_MEMORY, _LEAST_MEMORY = 3_000, 1_200  # MiB
_ENOUGH_DISK, _LEAST_DISK = 4_000, 500  # MiB
_SECONDS_TO_START = 120
_START = """
import json, sys
import tensorflow, tensorflow_text
from bert_tf.native.library import native_library
from bert_tf.quiet import leaves_out_onednn
gpus = [device.name for device in tensorflow.config.list_physical_devices("GPU")]
try:
    native = native_library()
    missing = [native.missing, native.without_tiles]
except Exception as problem:
    missing = [f"the check failed: {type(problem).__name__}: {problem}"] * 2
try:
    without_onednn = leaves_out_onednn()
except Exception:
    without_onednn = False
found = {"gpus": gpus, "missing": missing, "without_onednn": without_onednn}
json.dump({"version": tensorflow.__version__, **found}, sys.stdout)
"""


def check_cpu(facts: Mapping[str, Any] | None = None) -> Finding:
    """What bert_tf will multiply in; `facts` as of `machine.describe`."""
    facts = facts or describe()
    features = ", ".join(facts["features"]) or "none that matter"
    found = f"{facts['cpu']}, {counted(facts['cores'], 'core')}, {features}"
    instructions = bfloat16_instructions(facts["cpu"], facts["features"])
    if instructions is not None:
        return Finding("CPU", "ok", f"{found}: trains in bfloat16 ({instructions}) on fused kernels")
    advice = "bfloat16 needs a CPU with amx_bf16, or AMD's with avx512_bf16; here a smaller text.max_tokens saves most"
    return Finding("CPU", "warning", f"{found}: trains in float32 on fused kernels", advice)


def check_memory(free_mib: int | None = None) -> Finding:
    """Whether the default recipe finds room; `free_mib` is measured if not given."""
    free = free_memory_mib() if free_mib is None else free_mib
    found = f"{free:,} MiB free"
    if free >= _ENOUGH_MEMORY:
        return Finding("memory", "ok", found)
    advice = "close other programs, or train with training.micro_batch_size=8 and a smaller text.max_tokens"
    return Finding("memory", "problem" if free < _LEAST_MEMORY else "warning", found, advice)


def check_disk(folder: pathlib.Path, *, subject: str) -> Finding:
    """Whether a folder, which need not exist yet, can be written and has room."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free >> 20
    found = f"{folder}: {free:,} MiB free"
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as problem:
        return Finding(subject, "problem", f"{folder} is not writable: {reason_of(problem)}", _other_place(subject))
    if free >= _ENOUGH_DISK:
        return Finding(subject, "ok", found)
    advice = f"free some space, or {_other_place(subject)}"
    return Finding(subject, "problem" if free < _LEAST_DISK else "warning", found, advice)


def check_start(gpus: list[str] | None = None) -> list[Finding]:
    """Whether TensorFlow starts, in a process of its own, loads the native operations, and sees a GPU where one is.

    Args:
        gpus: Names, as the driver has them; asked for if not given.
    """
    names = describe()["gpus"] if gpus is None else gpus
    environment = TENSORFLOW_ENVIRONMENT | os.environ
    command = [sys.executable, "-c", _START]
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=_SECONDS_TO_START
        )
    except subprocess.TimeoutExpired:
        found = f"did not start in {_SECONDS_TO_START} seconds"
        return [Finding("TensorFlow", "problem", found, "check for a slow disk or a busy machine, and try again")]
    if done.returncode:
        return [_not_started(done.returncode, done.stderr)]
    answer = json.loads(done.stdout)
    return [_started(answer), _native_finding(*answer["missing"]), _gpu_finding(names, answer["gpus"])]


def _started(answer: Mapping[str, Any]) -> Finding:
    if answer["without_onednn"]:
        advice = "unset TF_ENABLE_ONEDNN_OPTS: training is slower without"
        return Finding("TensorFlow", "warning", f"{answer['version']} starts, without oneDNN", advice)
    return Finding("TensorFlow", "ok", f"{answer['version']} starts")


def _not_started(status: int, said: str) -> Finding:
    if status == -signal.SIGILL:
        advice = "this CPU lacks instructions (AVX) that TensorFlow's wheels need; use another machine"
        return Finding("TensorFlow", "problem", "crashed with an illegal instruction", advice)
    last = said.strip().splitlines()[-1] if said.strip() else f"exit status {status}"
    return Finding("TensorFlow", "problem", f"does not start: {last}", "make setup, or reinstall it")


def _native_finding(missing: str, without_tiles: str) -> Finding:
    if not missing:
        tiles = f"no matrix tiles: {without_tiles}" if without_tiles else "with matrix tiles"
        return Finding("native operations", "ok", f"load, {tiles}")
    advice = "training does without, somewhat slower"
    if not missing_for_vectors():
        advice += "; g++ 11 or newer and `make setup` bring them"
    return Finding("native operations", "warning", missing, advice)


def _gpu_finding(names: list[str], seen: list[str]) -> Finding:
    if seen:
        return Finding("GPU", "ok", f"{', '.join(names) or len(seen)}: trains on the reference kernels")
    if names:
        return Finding(
            "GPU", "warning", f"{', '.join(names)}, but TensorFlow sees none", "pip install 'tensorflow[and-cuda]'"
        )
    return Finding("GPU", "ok", "none; none is needed")


def _other_place(subject: str) -> str:
    if "cache" in subject:
        return "export BERT_TF_CACHE=/another/folder"
    return "use another: bert-tf train … --runs FOLDER"
