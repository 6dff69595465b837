"""Scripts in a Python of their own, which sees neither bert_tf nor what the user has set."""

import json
import math
import os
import pathlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.documents import check_table, parse_json
from bert_tf.errors import VerifyError
from bert_tf.export.golden import OF_LISTS
from bert_tf.temporaries import scratch_folder

_KEPT_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")
_HERE = pathlib.Path(__file__).parent
_LARGEST_BYTES = 1 << 29  # of what a process writes
_OF_REPLAY = {"answers": dict, "of_lists": dict, "tensors": dict, "imported": list, "seconds": float}
_OF_NATIVE = {"answers": list, "load_seconds": float, "peak_memory_mib": float, "latency": dict}


# The kernel's word to the process, which `execv` keeps: end when the parent does, however that ends.
_END_WITH_PARENT = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(sys.argv[1]):
        sys.exit("the process that started this one is gone")
os.execv(sys.executable, [sys.executable, "-I", *sys.argv[2:]])
"""


def replay(version: pathlib.Path, golden: pathlib.Path, of_lists: Sequence[str] = ()) -> dict[str, Any]:
    """What `replay.py` writes of a version and its golden requests; raises VerifyError when it can't load the model.

    Args:
        version: Its folder.
        golden: Folder of the golden requests.
        of_lists: Which files of it are of signatures of lists; names of `OF_LISTS`.
    """
    with scratch_folder() as scratch, scratch_folder() as own:
        out = own / "answers.json"
        script = [
            str(_HERE / "replay.py"),
            str(version),
            str(golden / "requests.jsonl"),
            str(out),
            *(part for name in of_lists for part in (OF_LISTS[name], str(golden / f"{name}.jsonl"))),
        ]
        run_isolated(script, version, scratch, out)
        result = _read_result(out, version, _OF_REPLAY)
    for answers in (*result["answers"].values(), *result["of_lists"].values()):
        _check_rows(answers, version)
    if not all(isinstance(names, dict) for names in result["tensors"].values()):
        raise _no_result(version, "its tensors have no names")
    return result


def native_answers(version: pathlib.Path, job: Mapping[str, Any]) -> dict[str, Any]:
    """What `native_loader.py` writes of a job; raises VerifyError when it can't load the model."""
    with scratch_folder() as scratch, scratch_folder() as own:
        order, out = own / "job.json", own / "result.json"
        order.write_text(json.dumps(job), encoding="utf-8")
        run_isolated([str(_HERE / "native_loader.py"), str(order), str(out)], version, scratch, out)
        result = _read_result(out, version, _OF_NATIVE)
    _check_rows(result["answers"], version)
    times = [time for taken in result["latency"].values() for time in (taken if isinstance(taken, list) else [taken])]
    if not all(isinstance(time, float) and math.isfinite(time) and time > 0 for time in times):
        raise _no_result(version, "its times are not numbers above 0")
    return result


def saved_model_cli_answers(version: pathlib.Path, requests: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The answers of `saved_model_cli run` to rows of texts, N ≥ 1; raises VerifyError when it can't run the model."""
    with scratch_folder() as scratch, scratch_folder() as own:
        out = own / "answers.json"
        sent = {name: own / f"{name}.npy" for name in requests[0]}
        for name, path in sent.items():
            # Pickled, as strings are for this command; read back before there is a model in that process.
            np.save(path, np.array([request[name].encode() for request in requests], dtype=object))
        inputs = ";".join(f"{name}={path}" for name, path in sent.items())
        script = [str(_HERE / "command_answers.py"), str(version), inputs, str(own / "outputs"), str(out)]
        run_isolated(script, version, scratch, out)
        columns = _read_result(out, version, {})
    if not all(isinstance(column, list) and len(column) == len(requests) for column in columns.values()):
        raise _no_result(version, f"its outputs don't have {len(requests)} rows each")
    return [{name: column[row] for name, column in columns.items()} for row in range(len(requests))]


def _read_result(path: pathlib.Path, version: pathlib.Path, required: Mapping[str, type]) -> dict[str, Any]:
    """What a process wrote. The model ran there and may have written too: it is data, and its form is checked."""
    try:
        if path.is_symlink() or not path.is_file():
            raise ValueError("it is not a file")
        if path.stat().st_size > _LARGEST_BYTES:
            raise ValueError(f"it is larger than {_LARGEST_BYTES >> 20} MiB")
        return check_table(parse_json(path.read_bytes()), required)
    except (OSError, ValueError) as problem:
        raise _no_result(version, str(problem)[:300]) from problem


def _check_rows(answers: object, version: pathlib.Path) -> None:
    if not isinstance(answers, list) or not all(isinstance(answer, dict) for answer in answers):
        raise _no_result(version, "its answers are not rows of named values")


def _no_result(version: pathlib.Path, reason: str) -> VerifyError:
    return VerifyError(
        f"The answers that a clean process wrote can't be used: {reason}.",
        where=str(version),
        hint="don't serve this model; export the run again",
    )


def bare_environment() -> dict[str, str]:
    """The variables of such a process."""
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    # The last spares a quarter of the start: else TensorFlow imports Keras 3, which no SavedModel needs.
    return kept | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "TF_USE_LEGACY_KERAS": "1"}


def run_isolated(arguments: Sequence[str], version: pathlib.Path, scratch: pathlib.Path, out: pathlib.Path) -> None:
    """Run Python with `-I` and a bare environment until it has written a file; it ends with this process at the latest.

    Args:
        arguments: Of Python.
        version: The model, for what is told.
        scratch: Folder that it runs in.
        out: The file.

    Raises:
        VerifyError: it failed, or wrote no file; with the last thing that it said.
    """
    command = [sys.executable, "-I", "-c", _END_WITH_PARENT, str(os.getpid()), *arguments]
    done = subprocess.run(command, env=bare_environment(), capture_output=True, check=False, cwd=scratch)
    if done.returncode or not out.exists():
        killed = [f"it was killed by signal {-done.returncode}"] if done.returncode < 0 else ["it printed nothing"]
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        # The model may have said it, and what steers a terminal is not shown.
        last = (["".join(filter(str.isprintable, line)) for line in said[-1:]] or killed)[-1]
        last = last if done.returncode > 0 else killed[0]
        raise VerifyError(
            "The exported model can't be loaded and run on its own.",
            where=str(version),
            hint=f"output of a clean process with tensorflow and tensorflow_text: {last[:500]}",
        )
