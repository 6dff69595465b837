"""What the checkpoints cost that training can be resumed from: of the time of a step, and of a run.

    python -m benchmarks.checkpoint_cost --tokens 128 --batch-size 32

Steps are trained in pairs of rounds, without and with one checkpoint in the middle, through the callback and the writer
of `bert-tf train`: the difference is all that a checkpoint costs, its thread beside the steps included.
"""

import argparse
import pathlib
import statistics
import time

from bert_tf.temporaries import scratch_folder


def measure(
    *, tokens: int, batch_size: int, steps: int, rounds: int, folder: pathlib.Path
) -> tuple[float, list[float]]:
    """Seconds of a step, and what a checkpoint adds, in each round."""
    import numpy as np
    import tensorflow as tf

    from bert_tf.batches.dataset import BatchSize
    from bert_tf.models.compute import multiplies_bfloat16
    from bert_tf.models.encoder import load_encoder
    from bert_tf.models.encoder_sources import locate_encoder
    from bert_tf.models.text_model import TextModel
    from bert_tf.tasks.classify.measures import LOG_LOSS
    from bert_tf.tasks.classify.network import ClassifyNetwork
    from bert_tf.training.epoch_end import Validation
    from bert_tf.training.fit import Steps, compile_model, fit
    from bert_tf.training.keep_points import Checkpointing
    from bert_tf.training.optimizer import adamw

    network = ClassifyNetwork(("a", "b"))
    model = TextModel(
        encoder=load_encoder(locate_encoder("minilm-l6").folder)[0],
        network=network,
        head=network.head(dropout=0.1, initializer_range=0.02),
        compute_dtype=tf.bfloat16 if multiplies_bfloat16() else tf.float32,
    )
    optimizer = adamw(
        learning_rate=1e-5, schedule="constant", warmup=0.0, total_steps=steps, weight_decay=0.01, clip_norm=1.0
    )
    compile_model(model, optimizer=optimizer)
    ids = np.random.default_rng(0).integers(1000, 2000, (batch_size, tokens)).astype("int32")
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    rows = tf.data.Dataset.from_tensors((inputs, np.arange(batch_size) % 2, np.ones(batch_size, "float32"))).repeat()
    size = BatchSize(batch_size, ids.size, ids.size)

    def seconds(name: str, count: int, every: int | None) -> float:
        started = time.perf_counter()
        fit(
            model,
            Steps(lambda _: rows, lambda _: size, epochs=1, steps_per_epoch=count),
            validation=Validation(None, LOG_LOSS),
            checkpoints=Checkpointing(folder / name, every_steps=every),
        )
        return time.perf_counter() - started

    seconds("first", 2, None)
    plain, added = [], []
    for round_number in range(rounds):
        plain.append(seconds(f"without-{round_number}", steps, None))
        added.append(seconds(f"with-{round_number}", steps, steps // 2 + 1) - plain[-1])
    return statistics.median(plain) / steps, added


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--steps", type=int, default=16, help="of a round [16]")
    parser.add_argument("--rounds", type=int, default=5)
    wanted = vars(parser.parse_args())
    with scratch_folder() as folder:
        step, added = measure(**wanted, folder=folder)
    cost = statistics.median(added)
    print(f"a step takes {step * 1000:.0f} ms; a checkpoint adds {cost * 1000:.0f} ms ({min(added) * 1000:.0f} to "
          f"{max(added) * 1000:.0f})")  # fmt: skip
    print(
        f"every 200 steps: {cost / (200 * step):.2%} of the steps' time; every 5 minutes: {cost / 300:.2%} of the run"
    )


if __name__ == "__main__":
    main()
