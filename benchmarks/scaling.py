"""What to expect of more workers: measured time of a step and size of the gradients, and a model of the network.

    python -m benchmarks.scaling --encoder minilm-l6 --rows 32 --tokens 128 --gigabits 10 --microseconds 50
    python -m benchmarks.scaling --step-milliseconds 300 --gradient-mebibytes 87
    python -m benchmarks.scaling --local 2

The model: each worker computes as many rows as one does now, and then gradients are summed in a ring. A worker sends
2 (N - 1) / N of their bytes in 2 (N - 1) messages, one after the other, and nothing is computed meanwhile. All workers
are equally fast, and no other traffic is in their way. `--local N` measures N processes on this machine instead, each
with its share of the cores, against one process with all cores on as many rows.
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import time

from bert_tf.ports import listen

WORKERS = (1, 2, 8, 64)


def exchange_seconds(gradient_bytes: float, *, workers: int, gigabits: float, microseconds: float) -> float:
    """What summing gradients in a ring takes.

    Args:
        gradient_bytes: Of all gradients, as they are sent.
        workers: N.
        gigabits: That a worker sends in a second.
        microseconds: That a message takes, whatever its size.
    """
    sent = 2 * (workers - 1) / workers * gradient_bytes
    return sent / (gigabits * 1e9 / 8) + 2 * (workers - 1) * microseconds * 1e-6


def table(step_seconds: float, gradient_bytes: float, *, rows: int, gigabits: float, microseconds: float) -> list[str]:
    """A line for each number of workers, of `rows` rows each."""
    lines = [
        "| workers | step, ms | of it gradients, ms | examples/s | of N times the speed |",
        "|---|---|---|---|---|",
    ]
    for workers in WORKERS:
        exchange = exchange_seconds(gradient_bytes, workers=workers, gigabits=gigabits, microseconds=microseconds)
        step = step_seconds + exchange
        lines.append(
            f"| {workers} | {1000 * step:.0f} | {1000 * exchange:.0f} | {workers * rows / step:,.0f} "
            f"| {step_seconds / step:.0%} |"
        )
    return lines


def measure(*, encoder: str, rows: int, tokens: int, steps: int, sent_as: str) -> dict[str, float]:
    """Median milliseconds of a step on `rows` rows of this process, and MiB of gradients; with TF_CONFIG, of workers
    together."""
    import numpy as np
    import tensorflow as tf
    import tf_keras as keras

    from bert_tf.cluster import VARIABLE, cluster_of
    from bert_tf.models.compute import choose_compute, multiplies_bfloat16
    from bert_tf.models.encoder import load_encoder
    from bert_tf.models.encoder_sources import locate_encoder
    from bert_tf.models.text_model import TextModel
    from bert_tf.models.worker_group import WorkerGroup
    from bert_tf.native.library import native_library
    from bert_tf.tasks.classify.network import ClassifyNetwork
    from bert_tf.training.optimizer import adamw

    cluster = cluster_of(os.environ) if VARIABLE in os.environ else None
    group = None if cluster is None else WorkerGroup(cluster, sent_as=tf.as_dtype(sent_as))
    loaded, network = load_encoder(locate_encoder(encoder).folder)[0], ClassifyNetwork(("a", "b"))
    compute = choose_compute(
        loaded.config,
        kernels="auto",
        precision="auto",
        bfloat16_is_native=multiplies_bfloat16(),
        native=native_library(),
    )
    model = TextModel(
        encoder=loaded,
        network=network,
        head=network.head(dropout=0.1, initializer_range=0.02),
        compute_dtype=compute.fused_dtype,
        layer_operations=compute.layer_operations,
        group=group,
    )
    optimizer = adamw(
        learning_rate=1e-5,
        schedule="constant",
        warmup=0.0,
        total_steps=steps,
        weight_decay=0.01,
        clip_norm=1.0,
        native=compute.native,
    )
    model.compile(optimizer)
    ids = np.random.default_rng(0).integers(1000, 2000, (rows, tokens)).astype("int32")
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    batch = (inputs, np.arange(rows) % 2, np.ones(rows, "float32"))
    place = np.array([0, rows, rows * (cluster.count if cluster else 1)], "int32")
    elements = tf.data.Dataset.from_tensors(batch if group is None else (batch, place)).repeat()
    ends: list[float] = []
    told = keras.callbacks.LambdaCallback(on_train_batch_end=lambda *_: ends.append(time.perf_counter()))
    # The first step compiles, and the second settles what is allocated.
    model.fit(elements, steps_per_epoch=steps + 2, verbose=0, callbacks=[told])
    seconds = [later - earlier for earlier, later in itertools.pairwise(ends[1:])]
    gradient_bytes = sum(4 * np.prod(variable.shape) for variable in model.trainable_variables)
    return {"milliseconds": 1000 * statistics.median(seconds), "mebibytes": float(gradient_bytes) / (1 << 20)}


def in_own_processes(settings: dict[str, object], *, workers: int) -> dict[str, float]:
    """As of `measure` at the first of some workers, each of which has its share of the cores."""
    listeners = [listen("127.0.0.1", 0) for _ in range(workers)]
    addresses = [f"127.0.0.1:{listener.getsockname()[1]}" for listener in listeners]
    for listener in listeners:
        listener.close()
    cores, processes = sorted(os.sched_getaffinity(0)), []
    command = [sys.executable, "-m", "benchmarks.scaling", "--case", json.dumps(settings)]
    for index in range(workers):
        cluster = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        environment = {**os.environ, **({"TF_CONFIG": json.dumps(cluster)} if workers > 1 else {})}
        os.sched_setaffinity(0, cores[index::workers])
        processes.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True))
    os.sched_setaffinity(0, cores)
    outputs = [process.communicate()[0] for process in processes]
    return json.loads(outputs[0].splitlines()[-1])


def tell_local(settings: dict[str, object], *, rows: int, workers: int) -> None:
    """Print what N workers of this machine are over one process, on as many rows a step."""
    alone = in_own_processes({**settings, "rows": rows}, workers=1)["milliseconds"]
    together = in_own_processes({**settings, "rows": rows // workers}, workers=workers)["milliseconds"]
    print(
        f"{rows} rows a step: one process {alone:.0f} ms, {workers} workers {together:.0f} ms, {alone / together:.2f}x"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", default="minilm-l6")
    parser.add_argument("--rows", type=int, default=32, help="of a worker [32]; with --local of all together")
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--steps", type=int, default=16)
    parser.add_argument("--sent-as", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--gigabits", type=float, default=10.0, help="a second, of a worker's network [10]")
    parser.add_argument("--microseconds", type=float, default=50.0, help="of a message [50]")
    parser.add_argument("--step-milliseconds", type=float, help="instead of measuring")
    parser.add_argument("--gradient-mebibytes", type=float, help="in float32, instead of measuring")
    parser.add_argument("--local", type=int, metavar="N", help="measure N workers on this machine")
    parser.add_argument("--case", type=json.loads, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.case is not None:
        print(json.dumps(measure(**wanted.case)))
        return
    settings = {name: getattr(wanted, name) for name in ("encoder", "tokens", "steps", "sent_as")}
    if wanted.local:
        tell_local(settings, rows=wanted.rows, workers=wanted.local)
        return
    step, gradients = wanted.step_milliseconds, wanted.gradient_mebibytes
    if step is None or gradients is None:
        found = in_own_processes({**settings, "rows": wanted.rows}, workers=1)
        step, gradients = step or found["milliseconds"], gradients or found["mebibytes"]
    sent = gradients * (1 << 20) / (2 if wanted.sent_as == "bfloat16" else 1)
    print(f"a step of {wanted.rows} rows takes {step:.0f} ms, and gradients are {gradients:.1f} MiB in float32")
    network = {"gigabits": wanted.gigabits, "microseconds": wanted.microseconds}
    print("\n".join(table(step / 1000, sent, rows=wanted.rows, **network)))


if __name__ == "__main__":
    main()
