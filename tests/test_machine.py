import os
import pathlib
import subprocess
import sys

import pytest

from bert_tf.errors import OutOfMemoryError
from bert_tf.machine import (
    check_memory,
    describe,
    free_memory_mib,
    memory_mib,
    own_memory_mib,
    peak_memory_mib,
    return_freed_memory,
)


def test_facts_of_this_machine():
    facts = describe()
    assert list(facts) == ["cpu", "cores", "features", "memory_mib", "gpus", "platform"]
    assert facts["cores"] == len(os.sched_getaffinity(0))
    flags = next(line for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("flags"))
    assert set(facts["features"]) <= set(flags.split())
    assert ("avx2" in facts["features"]) == (" avx2 " in flags)
    assert "Linux" in facts["platform"]


def test_memory_is_the_machine_s_or_the_container_s_limit(tmp_path):
    total = next(line for line in pathlib.Path("/proc/meminfo").read_text().splitlines() if "MemTotal" in line)
    whole = int(total.split()[1]) >> 10
    limit = tmp_path / "memory.max"
    assert memory_mib(limit) == whole
    limit.write_text("max\n")
    assert memory_mib(limit) == whole
    limit.write_text(f"{512 << 20}\n")
    assert memory_mib(limit) == 512
    assert 0 < free_memory_mib() <= whole
    taken = b"1" * (200 << 20)
    assert own_memory_mib() > len(taken) >> 20


@pytest.mark.parametrize("option", ["-v", "-d"])
def test_a_limit_that_tensorflow_would_abort_over_is_told(option, tmp_path):
    train = f'ulimit {option} 4000000; exec "$0" -m bert_tf.cli train bbc-news'
    done = subprocess.run(
        ["sh", "-c", train, sys.executable], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 7
    assert f"may reserve only 3,906 MiB of memory (ulimit {option}), but needs about 8,000 MiB" in done.stderr
    assert f"ulimit {option} unlimited" in done.stderr


def test_memory_that_no_machine_has():
    check_memory(1)
    with pytest.raises(OutOfMemoryError, match="needs at least 1,073,741,824 MiB, and [0-9,]+ MiB are available"):
        check_memory(1 << 30)


@pytest.mark.parametrize(
    "script, names",
    [("echo 'NVIDIA L4'; echo 'NVIDIA L4'", ["NVIDIA L4", "NVIDIA L4"]), ("exit 9", []), ("echo", [])],
)
def test_names_of_gpus(script, names, tmp_path, monkeypatch):
    # No GPU can be had here: a script answers in the place of the driver's tool.
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert describe()["gpus"] == names


def test_tensorflow_is_not_imported():
    code = "import sys; from bert_tf.machine import describe; describe(); print('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_peak_memory_is_that_of_this_program_and_not_of_the_one_that_started_it(tmp_path):
    command = "from bert_tf.machine import peak_memory_mib; print(peak_memory_mib())"
    filled = f"import subprocess, sys; x = bytearray(600 << 20); subprocess.run([sys.executable, '-c', {command!r}])"
    said = subprocess.run([sys.executable, "-c", filled], capture_output=True, text=True, check=True).stdout
    assert 5 < int(said) < 200
    # Elsewhere as the system counts it.
    assert peak_memory_mib(tmp_path / "none") >= own_memory_mib() // 2


def test_freed_memory_goes_back_to_the_system():
    # Smaller ones than those that glibc maps by themselves, with one in use behind them, so that the heap can't shrink.
    pieces = [b"x" * 100_000 for _ in range(2000)]
    last = b"y" * 100_000
    full = own_memory_mib()
    pieces.clear()
    return_freed_memory()
    assert full - own_memory_mib() > 100
    assert last
