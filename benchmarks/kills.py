"""`kill -9` at random moments of a training with a tiny random encoder: every run goes on exactly.

python -m benchmarks.kills --count 1000
python -m benchmarks.kills --count 100 --set model.kernels=reference --set training.micro_batch_size=3
python -m benchmarks.kills --count 20 --width 64 --set model.kernels=native
"""

import argparse
import collections
import sys
import time

from benchmarks.tiny_encoder import write_tiny_encoder
from bert_tf.environment import cache_folder
from bert_tf.models.encoder_sources import locate_encoder
from bert_tf.recipe.load_recipe import parse_overrides
from bert_tf.tasks.recipes import load_recipe
from bert_tf.temporaries import scratch_folder
from bert_tf.workflow.proof.prove_resume import prove_resume

_QUICK = (
    "data.train=all[:300]", "text.max_tokens=32", "training.epochs=3", "training.batch_size=8",
    "training.early_stopping=2",
)  # fmt: skip


def main() -> int:
    """Exit status 1 where a run differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="processes to kill [100]")
    parser.add_argument("--seed", type=int, default=1, help="of the moments [1]")
    parser.add_argument("--width", type=int, default=16, help="of the encoder; native layers need 64 [16]")
    parser.add_argument("--recipe", default="bbc-news")
    parser.add_argument("--set", dest="assignments", action="append", default=[], metavar="KEY=VALUE")
    options = parser.parse_args()
    started = time.monotonic()
    with scratch_folder() as folder:
        (folder / "encoder").mkdir()
        tokenizer = locate_encoder("minilm-l6").folder
        encoder = write_tiny_encoder(folder / "encoder", tokenizer_folder=tokenizer, width=options.width)
        overrides = parse_overrides([*_QUICK, f"model.encoder={encoder}", *options.assignments])
        proof = prove_resume(
            load_recipe(options.recipe, overrides),
            kills=options.count,
            seed=options.seed,
            folder=folder / "runs",
            cache_folder=cache_folder(),
            told=lambda said: print(f"{time.monotonic() - started:7.0f} s  {said}", flush=True),
        )
    moments = collections.Counter(kill.writing or "a moment by chance" for kill in proof.kills)
    print(f"{len(proof.kills)} kills: {dict(moments)}; {proof.runs} runs of {proof.steps} steps went on to their end")
    print("\n".join(proof.differences) or "all equal to the run without a break, bit by bit")
    return bool(proof.differences)


if __name__ == "__main__":
    sys.exit(main())
