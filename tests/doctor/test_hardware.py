import json
import os
import pathlib
import sys

import pytest

from bert_tf.doctor.hardware import check_cpu, check_disk, check_memory, check_start
from bert_tf.native.library import native_library

CPU = {"cpu": "A CPU", "cores": 2, "memory_mib": 1, "platform": "Linux"}


def test_cpu_says_what_it_comes_to():
    found = check_cpu({**CPU, "features": ["amx_bf16", "avx2"]})
    assert (found.state, found.found) == (
        "ok",
        "A CPU, 2 cores, amx_bf16, avx2: trains in bfloat16 (amx_bf16) on fused kernels",
    )
    found = check_cpu({**CPU, "cpu": "AMD EPYC", "features": ["avx512_bf16"]})
    assert (found.state, "in bfloat16 (avx512_bf16)" in found.found) == ("ok", True)
    found = check_cpu({**CPU, "features": ["avx2"]})
    assert (found.state, "float32" in found.found, "amx_bf16" in found.advice) == ("warning", True, True)


def test_this_cpu():
    assert f"{len(os.sched_getaffinity(0))} cores" in check_cpu().found


@pytest.mark.parametrize("free, state", [(100, "problem"), (2000, "warning"), (8000, "ok")])
def test_memory(free, state):
    found = check_memory(free)
    assert (found.state, bool(found.advice)) == (state, state != "ok")


def test_disk_of_a_folder_that_is_not_there_yet(tmp_path):
    found = check_disk(tmp_path / "deep" / "runs", subject="disk of runs")
    assert found.found.startswith(f"{tmp_path}/deep/runs: ")
    assert not (tmp_path / "deep").exists()


def test_a_disk_with_no_room(on_full_disk, tmp_path):
    code = "import pathlib, sys; from bert_tf.doctor.hardware import check_disk; "
    code += "print(check_disk(pathlib.Path(sys.argv[1]), subject='disk of the cache'))"
    done = on_full_disk(tmp_path, 1, [sys.executable, "-c", code, str(tmp_path)])
    assert "state='problem'" in done.stdout, done.stderr
    assert "1 MiB free" in done.stdout or "0 MiB free" in done.stdout
    assert "BERT_TF_CACHE" in done.stdout


def test_a_folder_that_cannot_be_written():
    found = check_disk(pathlib.Path("/proc/none"), subject="disk of the cache")
    assert found.state == "problem"
    assert "is not writable" in found.found
    assert found.advice == "export BERT_TF_CACHE=/another/folder"


def test_tensorflow_starts():
    start, native, gpu = check_start([])
    assert (start.state, gpu.state) == ("ok", "ok")
    assert start.found.startswith("2.21")
    library = native_library()
    assert (native.subject, native.state) == ("native operations", "warning" if library.missing else "ok")
    assert native.found.startswith(library.missing or "load, ")


@pytest.mark.parametrize(
    "of_cpu, why, advice",
    [
        ("this CPU has no AVX-512", "this CPU has no AVX-512", "training does without, somewhat slower"),
        (
            "",
            "there was no C++ compiler",
            "training does without, somewhat slower; g++ 11 or newer and `make setup` bring them",
        ),
    ],
)
def test_nobody_is_sent_for_a_compiler_whose_cpu_can_not_run_what_it_makes(monkeypatch, of_cpu, why, advice):
    answer = {"version": "2.21.0", "gpus": [], "missing": [why, why], "without_onednn": False}
    monkeypatch.setattr("bert_tf.doctor.hardware._START", f"print({json.dumps(answer)!r})")
    monkeypatch.setattr("bert_tf.doctor.hardware.missing_for_vectors", lambda: of_cpu)
    native = check_start([])[1]
    assert (native.state, native.found, native.advice) == ("warning", why, advice)


def test_a_tensorflow_that_was_told_to_leave_onednn_out(monkeypatch):
    answer = {"version": "2.21.0", "gpus": [], "missing": ["", ""], "without_onednn": True}
    monkeypatch.setattr("bert_tf.doctor.hardware._START", f"print({json.dumps(answer)!r})")
    start = check_start([])[0]
    assert (start.state, start.found) == ("warning", "2.21.0 starts, without oneDNN")
    assert "unset TF_ENABLE_ONEDNN_OPTS" in start.advice


@pytest.mark.parametrize(
    "code, told",
    [
        ("raise ImportError('no such symbol')", "does not start: ImportError: no such symbol"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "illegal instruction"),
        ("import sys; sys.exit(3)", "exit status 3"),
    ],
)
def test_a_broken_tensorflow(tmp_path, monkeypatch, code, told):
    (tmp_path / "tensorflow.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (found,) = check_start([])
    assert found.state == "problem"
    assert told in found.found


def test_a_gpu_that_tensorflow_does_not_see(tmp_path, monkeypatch):
    seen = "import types\n__version__ = '2.21.0'\n"
    seen += "config = types.SimpleNamespace(list_physical_devices=lambda kind: {})\n"
    devices = "[types.SimpleNamespace(name='GPU:0')]"
    (tmp_path / "tensorflow_text.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for there, state in (("[]", "warning"), (devices, "ok")):
        (tmp_path / "tensorflow.py").write_text(seen.format(there))
        assert check_start(["NVIDIA H200"])[-1].state == state
