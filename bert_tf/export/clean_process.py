"""Scripts in a Python of their own, which sees neither bert_tf nor what the user has set."""

import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.errors import VerifyError
from bert_tf.temporaries import scratch_folder

_KEPT_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")
_HERE = pathlib.Path(__file__).parent
# tensorflow_text registers the operations that the graph names; saved_model_cli imports it not.
_SAVED_MODEL_CLI = "import tensorflow_text; from tensorflow.python.tools import saved_model_cli; saved_model_cli.main()"


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


def replay(version: pathlib.Path, golden: pathlib.Path) -> dict[str, Any]:
    """What `replay.py` writes of a version and its golden requests; raises VerifyError when it can't load the model."""
    with scratch_folder() as scratch:
        out = scratch / "answers.json"
        script = [str(_HERE / "replay.py"), str(version), str(golden), str(out)]
        run_isolated(script, version, scratch, out)
        return json.loads(out.read_text(encoding="utf-8"))


def native_answers(version: pathlib.Path, job: Mapping[str, Any]) -> dict[str, Any]:
    """What `native_loader.py` writes of a job; raises VerifyError when it can't load the model."""
    with scratch_folder() as scratch:
        order, out = scratch / "job.json", scratch / "result.json"
        order.write_text(json.dumps(job), encoding="utf-8")
        run_isolated([str(_HERE / "native_loader.py"), str(order), str(out)], version, scratch, out)
        return json.loads(out.read_text(encoding="utf-8"))


def saved_model_cli_answers(version: pathlib.Path, requests: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The answers of `saved_model_cli run` to rows of texts, N ≥ 1; raises VerifyError when it can't run the model."""
    with scratch_folder() as scratch:
        sent = {name: scratch / f"{name}.npy" for name in requests[0]}
        for name, path in sent.items():
            np.save(path, np.array([request[name].encode() for request in requests], dtype=object))
        inputs = ";".join(f"{name}={path}" for name, path in sent.items())
        out = scratch / "outputs"
        command = ["-c", _SAVED_MODEL_CLI, "run", f"--dir={version}", "--tag_set=serve"]
        command += ["--signature_def=serving_default", f"--inputs={inputs}", f"--outdir={out}"]
        run_isolated(command, version, scratch, out)
        # Pickled by the process that was just started, as it is for strings.
        columns = {path.stem: np.load(path, allow_pickle=True) for path in sorted(out.glob("*.npy"))}
    plain = {
        name: [value.decode() for value in column] if column.dtype == object else column.tolist()
        for name, column in columns.items()
    }
    return [{name: column[row] for name, column in plain.items()} for row in range(len(requests))]


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
    environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    # The last spares a quarter of the start: else TensorFlow imports Keras 3, which no SavedModel needs.
    environment |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "TF_USE_LEGACY_KERAS": "1"}
    command = [sys.executable, "-I", "-c", _END_WITH_PARENT, str(os.getpid()), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=scratch)
    if done.returncode or not out.exists():
        killed = [f"it was ended by signal {-done.returncode}"] if done.returncode < 0 else ["it said nothing"]
        last = (done.stderr.strip().splitlines() or killed)[-1] if done.returncode > 0 else killed[0]
        raise VerifyError(
            "The exported model can't be loaded and run by itself.",
            where=str(version),
            hint=f"a clean process with tensorflow and tensorflow_text said: {last[:500]}",
        )
