"""Memory against time: whole batches, slices of them, and layers computed a second time in the backward pass.

    python -m benchmarks.gradient_checkpointing --tokens 512 --batch-size 16

Each case trains in a process of its own, on full rows of random ids, with the fused kernels and the precision that
`auto` comes to; the rounds go through the cases in turn, and the table holds medians. The first step, which compiles,
is not in the times. `before` is the peak of the process before its first step: TensorFlow and the loaded encoder.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time

CASES: dict[str, dict[str, object]] = {
    "whole batches": {},
    "slices of a quarter": {"slices": 4},
    "gradient checkpointing": {"gradient_checkpointing": True},
    "both": {"slices": 4, "gradient_checkpointing": True},
}
COLUMNS = ("before, MiB", "peak, MiB", "examples/s", "CPU s per 1,000")


def peak_mebibytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def measure(
    *, tokens: int, batch_size: int, steps: int, encoder: str, slices: int = 1, gradient_checkpointing: bool = False
) -> dict[str, float]:
    # Here and not above: the process that only starts the others stays small.
    import numpy as np
    import tensorflow as tf

    from bert_tf.models.compute import multiplies_bfloat16
    from bert_tf.models.encoder import load_encoder
    from bert_tf.models.encoder_sources import locate_encoder
    from bert_tf.models.text_model import TextModel
    from bert_tf.tasks.classify.network import ClassifyNetwork
    from bert_tf.training.optimizer import adamw

    network = ClassifyNetwork(("a", "b"))
    model = TextModel(
        encoder=load_encoder(locate_encoder(encoder).folder)[0],
        network=network,
        head=network.head(dropout=0.1, initializer_range=0.02),
        compute_dtype=tf.bfloat16 if multiplies_bfloat16() else tf.float32,
        gradient_checkpointing=gradient_checkpointing,
        micro_batch_size=batch_size // slices if slices > 1 else None,
    )
    optimizer = adamw(
        learning_rate=1e-5, schedule="constant", warmup=0.0, total_steps=steps, weight_decay=0.01, clip_norm=1.0
    )
    model.compile(optimizer)
    ids = np.random.default_rng(0).integers(1000, 2000, (batch_size, tokens)).astype("int32")
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    rows = tf.data.Dataset.from_tensors((inputs, np.arange(batch_size) % 2, np.ones(batch_size, "float32"))).repeat()
    before = peak_mebibytes()
    model.fit(rows, steps_per_epoch=1, verbose=0)
    started, processor = time.perf_counter(), time.process_time()
    model.fit(rows, steps_per_epoch=steps, verbose=0)
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    examples = steps * batch_size
    return dict(zip(COLUMNS, (before, peak_mebibytes(), examples / seconds, processor / examples * 1000), strict=True))


def in_own_process(settings: dict[str, object]) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.gradient_checkpointing", "--case", json.dumps(settings)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=512)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--encoder", default="minilm-l6")
    parser.add_argument("--case", type=json.loads, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.case is not None:
        print(json.dumps(measure(**wanted.case)))
        return
    shared = {name: getattr(wanted, name) for name in ("tokens", "batch_size", "steps", "encoder")}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in CASES}
    for _ in range(wanted.rounds):
        for name, settings in CASES.items():
            found[name].append(in_own_process({**shared, **settings}))
    print(f"{wanted.encoder}, {wanted.tokens} tokens, batches of {wanted.batch_size}")
    print(f"| {'':22} | {' | '.join(COLUMNS)} |\n|---|{'---|' * len(COLUMNS)}")
    for name, results in found.items():
        cells = (f"{statistics.median(result[column] for result in results):{len(column)}.1f}" for column in COLUMNS)
        print(f"| {name:22} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
