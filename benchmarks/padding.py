"""What is left of padding, by how rows are put into batches, on the training rows of recipes.

    python -m benchmarks.padding bbc-news tweets
    python -m benchmarks.padding sst2 --set data.train=data/sst2/train.tsv --set data.validation= --set data.test=
    python -m benchmarks.padding sst2 --set … --time

prints for each recipe the share of all tokens that is padding, the batches of an epoch and their different shapes
(each is compiled once, but not by native layers): of random batches padded to their longest row, of the groups that
transformers' Trainer makes with `group_by_length`, of this project's plan, of the same plan where layers are native,
and of packing (several texts in one row, the longest first).

`--time` trains on the plan's shapes, and on packed rows as they would be at best: no padding at all, nothing to keep
texts of one row apart, but full attention and all tokens of the last layer, where a packed row has its first tokens
anywhere. It prints tokens of text for each CPU second, without what is compiled or traced.
"""

import argparse
import collections
import statistics
import time

import numpy as np

from bert_tf.batches.batch_plan import training_plan
from bert_tf.environment import cache_folder, keep_compiled_kernels
from bert_tf.recipe.load_recipe import parse_overrides
from bert_tf.recipe.schema import Recipe
from bert_tf.tasks.recipes import load_recipe

Shape = tuple[int, int]
PACKED_LENGTH = 128
ROUNDS = 5


def random_batches(lengths: np.ndarray, batch_size: int) -> list[Shape]:
    shuffled = lengths[np.random.default_rng(0).permutation(len(lengths))]
    return _to_the_longest(shuffled, batch_size)


def trainer_groups(lengths: np.ndarray, batch_size: int) -> list[Shape]:
    """transformers.trainer_pt_utils.get_length_grouped_indices: 50 random batches at a time, sorted by length."""
    shuffled = lengths[np.random.default_rng(0).permutation(len(lengths))]
    many = batch_size * max(1, min(len(lengths) // (batch_size * 4), 50))
    blocks = [np.sort(shuffled[start : start + many])[::-1] for start in range(0, len(shuffled), many)]
    return _to_the_longest(np.concatenate(blocks), batch_size)


def planned(lengths: np.ndarray, batch_size: int, max_tokens: int, *, to_longest: bool = False) -> list[Shape]:
    plan = training_plan(lengths, batch_size=batch_size, max_tokens=max_tokens, seed=0, epoch=0)
    plan = plan.to_longest(lengths) if to_longest else plan
    return [(len(rows), length) for rows, length in map(plan.batch, range(len(plan)))]


def packed(lengths: np.ndarray, batch_size: int, row_length: int) -> list[Shape]:
    """First-fit decreasing; as many rows in a batch as hold `batch_size` texts on the mean."""
    room = np.zeros(0, np.int64)
    for length in np.sort(lengths)[::-1]:
        fitting = np.flatnonzero(room >= length)
        if len(fitting):
            room[fitting[0]] -= length
        else:
            room = np.append(room, row_length - length)
    rows = max(1, round(batch_size * len(room) / len(lengths)))
    return _to_the_longest(np.full(len(room), row_length), rows)


def _to_the_longest(lengths: np.ndarray, batch_size: int) -> list[Shape]:
    batches = [lengths[start : start + batch_size] for start in range(0, len(lengths), batch_size)]
    return [(len(batch), int(batch.max())) for batch in batches]


def train_lengths(recipe: Recipe) -> np.ndarray:
    from bert_tf.models.encoder_sources import locate_encoder
    from bert_tf.workflow.prepare import prepare

    folder = locate_encoder(recipe.model.encoder).folder
    return prepare(recipe, encoder_folder=folder, cache_folder=cache_folder()).tokens["train"].lengths


class Steps:
    """Training steps of a recipe's model on rows that are all text.

    Args:
        pooling: "first" lets the last layer compute its first token only; "mean" needs all of them.
    """

    def __init__(self, recipe: Recipe, *, pooling: str) -> None:
        import tensorflow as tf
        import tf_keras as keras

        from bert_tf.models.encoder import load_encoder
        from bert_tf.models.encoder_sources import locate_encoder
        from bert_tf.tasks.table import task_of
        from bert_tf.training.optimizer import adamw
        from bert_tf.workflow.assemble import build_model, choose

        encoder, _ = load_encoder(locate_encoder(recipe.model.encoder).folder)
        network = task_of(recipe).network(recipe, {"label_names": ["0", "1"]})
        model = build_model(recipe, encoder, network, choose(recipe, encoder.config), pooling=pooling)
        optimizer = adamw(
            learning_rate=1e-5, schedule="constant", warmup=0.0, total_steps=1, weight_decay=0.01, clip_norm=1.0
        )
        model.compile(optimizer)
        optimizer.build(model.trainable_variables)
        ids = tf.TensorSpec([None, None], tf.int32)
        inputs = {"input_ids": ids, "attention_mask": ids, "token_type_ids": ids}
        batch = (inputs, tf.TensorSpec([None], tf.int32), tf.TensorSpec([None], tf.float32))
        self._step = tf.function(model.train_step, input_signature=[batch])
        keras.utils.set_random_seed(0)

    def cpu_seconds(self, shape: Shape) -> float:
        """Of one step."""
        ids = np.random.default_rng(0).integers(1000, 20000, shape).astype(np.int32)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        before = time.process_time()
        self._step((inputs, np.zeros(shape[0], np.int32), np.ones(shape[0], np.float32)))
        return time.process_time() - before


def tokens_per_cpu_second(recipe: Recipe, lengths: np.ndarray) -> dict[str, float]:
    """Tokens of text for each CPU second of training, by the plan and packed; the shapes take turns."""
    batch_size = recipe.training.batch_size
    epochs = {
        "plan": ("first", planned(lengths, batch_size, recipe.text.max_tokens)),
        "packed": ("mean", packed(lengths, batch_size, max(PACKED_LENGTH, recipe.text.max_tokens))),
    }
    trained = {name: Steps(recipe, pooling=pooling) for name, (pooling, _) in epochs.items()}
    found: dict[tuple[str, Shape], list[float]] = collections.defaultdict(list)
    for turn in range(1 + ROUNDS):
        for name, (_, shapes) in epochs.items():
            for shape in sorted(set(shapes)):
                seconds = trained[name].cpu_seconds(shape)
                if turn:  # the first compiles
                    found[name, shape].append(seconds)
    return {
        name: lengths.sum() / sum(statistics.median(found[name, shape]) for shape in shapes)
        for name, (_, shapes) in epochs.items()
    }


def report(recipe: Recipe, lengths: np.ndarray) -> None:
    batch_size, max_tokens = recipe.training.batch_size, recipe.text.max_tokens
    print(f"{recipe.name}: {len(lengths)} rows, {lengths.mean():.1f} tokens on the mean, {max_tokens} at most")
    for name, shapes in {
        "random, to the longest": random_batches(lengths, batch_size),
        "Trainer, group_by_length": trainer_groups(lengths, batch_size),
        "plan": planned(lengths, batch_size, max_tokens),
        "plan, native layers": planned(lengths, batch_size, max_tokens, to_longest=True),
        f"packed in rows of {max(PACKED_LENGTH, max_tokens)}": packed(
            lengths, batch_size, max(PACKED_LENGTH, max_tokens)
        ),
    }.items():
        padding = 1 - lengths.sum() / sum(rows * length for rows, length in shapes)
        print(f"  {name:<26} padding {padding:6.1%}   {len(shapes):5} batches   {len(set(shapes)):4} shapes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="+")
    parser.add_argument("--set", dest="assignments", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--time", action="store_true", help="train on the plan's shapes and on packed rows")
    arguments = parser.parse_args()
    keep_compiled_kernels()
    for name in arguments.recipes:
        recipe = load_recipe(name, parse_overrides(arguments.assignments))
        lengths = train_lengths(recipe)
        report(recipe, lengths)
        if arguments.time:
            for way, tokens in tokens_per_cpu_second(recipe, lengths).items():
                print(f"  {way:<26} {tokens:8.0f} tokens of text for each CPU second of training")


if __name__ == "__main__":
    main()
