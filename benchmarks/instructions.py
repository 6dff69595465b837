"""Speed of a training step by the instructions that it may use, and by the number of cores.

    python -m benchmarks.instructions [CASE …] [--cpu]

gives the factors of `[rates]` in `bert_tf/instances.toml`: rates in those of the first case. Each case is a process of
its own that trains 32 rows of 128 tokens with MiniLM-L6 and the fused kernels; oneDNN and XLA are told which
instructions are the best they may use (Eigen can't be told). "eigen" is TensorFlow without oneDNN, as it is by itself
on a CPU without AVX-512. "avx2_bf16" is what a recipe gets that asks such a CPU for bfloat16. The rounds go through the
cases in turn. Where a CPU lacks an instruction, its case equals the next.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from bert_tf.quiet import TENSORFLOW_ENVIRONMENT

CASES: dict[str, dict[str, str | int]] = {
    "amx_bf16": {"precision": "bfloat16"},
    "avx512_bf16": {"precision": "bfloat16", "onednn": "AVX512_CORE_BF16"},
    "avx512f": {"precision": "float32", "onednn": "AVX512_CORE"},
    "avx2_bf16": {"precision": "bfloat16", "onednn": "AVX2", "xla": "AVX2"},
    "avx2": {"precision": "float32", "onednn": "AVX2", "xla": "AVX2"},
    "eigen": {"precision": "float32", "without_onednn": 1},
    "one core": {"precision": "bfloat16", "cores": 1},
}
BATCH, LENGTH, WARM = 32, 128, 3


def measure(case: str, *, steps: int, clock: Callable[[], float]) -> float:
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
    started = clock()
    train(steps)
    return (clock() - started) / steps


def in_own_process(case: str, *, steps: int, cpu: bool) -> float:
    settings, environment = CASES[case], {**TENSORFLOW_ENVIRONMENT, **os.environ}
    if "without_onednn" in settings:
        environment["TF_ENABLE_ONEDNN_OPTS"] = "0"
    if "onednn" in settings:
        environment["ONEDNN_MAX_CPU_ISA"] = str(settings["onednn"])
    if "xla" in settings:
        environment["XLA_FLAGS"] = f"--xla_cpu_max_isa={settings['xla']}"
    command = [sys.executable, "-m", "benchmarks.instructions", "--case", case, "--steps", str(steps)]
    command += ["--cpu"] if cpu else []
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"which of {', '.join(CASES)} [all]")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cpu", action="store_true", help="by CPU time, which other work on the machine changes less")
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.case:
        print(measure(wanted.case, steps=wanted.steps, clock=time.process_time if wanted.cpu else time.perf_counter))
        return
    cases = wanted.cases or list(CASES)
    if unknown := set(cases) - set(CASES):
        parser.error(f"there is no case {', '.join(sorted(unknown))}; choose from {', '.join(CASES)}")
    found: dict[str, list[float]] = {case: [] for case in cases}
    for _ in range(wanted.rounds):
        for case in cases:
            found[case].append(in_own_process(case, steps=wanted.steps, cpu=wanted.cpu))
    medians = {case: statistics.median(seconds) for case, seconds in found.items()}
    for case, seconds in found.items():
        spread = f"{min(seconds) * 1000:.0f} to {max(seconds) * 1000:.0f}"
        rate = medians[cases[0]] / medians[case]
        print(f"{case:<12} {medians[case] * 1000:7.0f} ms a step ({spread})   {rate:.2f}")
    cores = len(os.sched_getaffinity(0))
    if cores > 1 and {"amx_bf16", "one core"} <= set(cases):
        speed_up = medians["one core"] / medians["amx_bf16"]
        print(f"parallel_share {(1 - 1 / speed_up) / (1 - 1 / cores):.2f} (Amdahl, from {cores} cores)")


if __name__ == "__main__":
    main()
