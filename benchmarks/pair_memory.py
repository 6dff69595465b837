"""Peak memory of training on large batches of pairs, by how many of them are computed at a time.

    python -m benchmarks.pair_memory --pairs 512 --tokens 64 --slices 16 32 64

Each case trains vectors in a process of its own, on texts of random ids as long as they may be, with the fused kernels
and the precision that `auto` comes to: `training.batch_size` pairs, `training.micro_batch_size` at a time. `before` is
the memory of the process before its first step: TensorFlow and the loaded encoder. The seconds are those of a step
behind the first one, which compiles. Exits with 1 when a case needs more than `--most`.
"""

import argparse
import json
import subprocess
import sys
import time

from rich.console import Console
from rich.table import Table

COLUMNS = ("before, MiB", "peak, MiB", "seconds a step")


def measure(*, pairs: int, tokens: int, at_a_time: int, steps: int, encoder: str) -> dict[str, float]:
    """Train some steps in this process; by the names of `COLUMNS`."""
    # Here and not above: the process that only starts the others stays small.
    import numpy as np
    import tensorflow as tf

    from bert_tf.machine import peak_memory_mib
    from bert_tf.models.compute import multiplies_bfloat16
    from bert_tf.models.encoder import load_encoder
    from bert_tf.models.encoder_sources import locate_encoder
    from bert_tf.models.text_model import TextModel
    from bert_tf.tasks.embed.network import EmbedNetwork
    from bert_tf.training.optimizer import adamw

    network = EmbedNetwork()
    model = TextModel(
        encoder=load_encoder(locate_encoder(encoder).folder)[0],
        network=network,
        head=network.head(dropout=0.0, initializer_range=0.02),
        pooling="mean",
        compute_dtype=tf.bfloat16 if multiplies_bfloat16() else tf.float32,
        micro_batch_size=at_a_time,
    )
    optimizer = adamw(
        learning_rate=1e-5, schedule="constant", warmup=0.0, total_steps=1 + steps, weight_decay=0.01, clip_norm=1.0
    )
    model.compile(optimizer)
    ids = np.random.default_rng(0).integers(1000, 20_000, (2 * pairs, tokens), dtype=np.int32)
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    numbers = np.arange(2 * pairs, dtype=np.int32).reshape(-1, 2)
    batches = tf.data.Dataset.from_tensors((inputs, numbers, np.ones(pairs, np.float32))).repeat()
    before = peak_memory_mib()
    model.fit(batches, steps_per_epoch=1, verbose=0)
    started = time.perf_counter()
    model.fit(batches, steps_per_epoch=steps, verbose=0)
    seconds = time.perf_counter() - started
    return dict(zip(COLUMNS, (before, peak_memory_mib(), seconds / steps), strict=True))


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=512, help="in a batch")
    parser.add_argument("--tokens", type=int, default=64, help="of each text")
    parser.add_argument("--slices", type=int, nargs="+", default=[16, 32, 64], help="pairs that are computed at a time")
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--encoder", default="minilm-l6")
    parser.add_argument("--most", type=int, default=4000, help="MiB that a case may need")
    parser.add_argument("--case", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case is not None:
        print(json.dumps(measure(**options.case)))
        return
    shared = {name: getattr(options, name) for name in ("pairs", "tokens", "steps", "encoder")}
    table, peaks = Table("pairs at a time", *COLUMNS), []
    for at_a_time in options.slices:
        case = json.dumps({**shared, "at_a_time": at_a_time})
        command = [sys.executable, "-m", "benchmarks.pair_memory", "--case", case]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        peaks.append(found[COLUMNS[1]])
        table.add_row(str(at_a_time), *(f"{found[column]:,.1f}" for column in COLUMNS))
    console = Console()
    console.print(f"{options.encoder}, batches of {options.pairs:,} pairs of {options.tokens} tokens")
    console.print(table)
    sys.exit(max(peaks) > options.most)


if __name__ == "__main__":
    main()
