"""Speed of a training step by the instructions that it may use, and by the number of cores.

    python -m benchmarks.instructions

gives the factors of `[rates]` in `bert_tf/instances.toml`. Each case is a process of its own that trains 32 rows of
128 tokens with MiniLM-L6 and the fused kernels; oneDNN and XLA are told which instructions are the best they may use
(Eigen can't be told). "eigen" is TensorFlow without oneDNN, as it is by itself on a CPU without AVX-512. The rounds go
through the cases in turn. Where a CPU lacks an instruction, its case equals the next.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

from bert_tf.quiet import TENSORFLOW_ENVIRONMENT

CASES: dict[str, dict[str, str | int]] = {
    "amx_bf16": {"precision": "bfloat16"},
    "avx512_bf16": {"precision": "bfloat16", "onednn": "AVX512_CORE_BF16"},
    "avx512f": {"precision": "float32", "onednn": "AVX512_CORE"},
    "avx2": {"precision": "float32", "onednn": "AVX2", "xla": "AVX2"},
    "eigen": {"precision": "float32", "without_onednn": 1},
    "one core": {"precision": "bfloat16", "cores": 1},
}
BATCH, LENGTH, WARM = 32, 128, 3


def measure(case: str, *, steps: int) -> float:
    """Seconds of a step in this process."""
    settings = CASES[case]
    if "cores" in settings:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(settings["cores"])])
    # TensorFlow reads cores and instructions when it is imported.
    from benchmarks.contestants.own_steps import prepare
    from bert_tf.models.encoder_sources import locate_encoder

    folder = str(locate_encoder("minilm-l6").folder)
    options = {"encoder": folder, "kind": "train", "batch": BATCH, "length": LENGTH, "kernels": "fused"}
    train = prepare({**options, "precision": settings["precision"]})
    train(WARM)
    started = time.perf_counter()
    train(steps)
    return (time.perf_counter() - started) / steps


def in_own_process(case: str, *, steps: int) -> float:
    settings, environment = CASES[case], {**TENSORFLOW_ENVIRONMENT, **os.environ}
    if "without_onednn" in settings:
        environment["TF_ENABLE_ONEDNN_OPTS"] = "0"
    if "onednn" in settings:
        environment["ONEDNN_MAX_CPU_ISA"] = str(settings["onednn"])
    if "xla" in settings:
        environment["XLA_FLAGS"] = f"--xla_cpu_max_isa={settings['xla']}"
    command = [sys.executable, "-m", "benchmarks.instructions", "--case", case, "--steps", str(steps)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.case:
        print(measure(wanted.case, steps=wanted.steps))
        return
    found: dict[str, list[float]] = {case: [] for case in CASES}
    for _ in range(wanted.rounds):
        for case in CASES:
            found[case].append(in_own_process(case, steps=wanted.steps))
    best, cores = statistics.median(found["amx_bf16"]), len(os.sched_getaffinity(0))
    for case, seconds in found.items():
        median = statistics.median(seconds)
        print(f"{case:<12} {median * 1000:7.0f} ms a step   {best / median:.2f}")
    speed_up = statistics.median(found["one core"]) / best
    if cores > 1:
        print(f"parallel_share {(1 - 1 / speed_up) / (1 - 1 / cores):.2f} (Amdahl, from {cores} cores)")


if __name__ == "__main__":
    main()
