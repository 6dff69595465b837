"""What is trained, from a recipe's values: model, task, batches and optimizer, for a run and for its plan."""

import dataclasses
import pathlib

import numpy as np
import tf_keras as keras

from bert_tf.batches.batch_plan import TokenBudget
from bert_tf.batches.dataset import EpochRows, TrainingBatches
from bert_tf.batches.history_rows import HistoryRows
from bert_tf.batches.shard import Shard
from bert_tf.batches.word_targets import word_targets
from bert_tf.data.examples import Examples
from bert_tf.measures import Measure
from bert_tf.models.compute import Compute
from bert_tf.models.encoder import load_encoder
from bert_tf.models.encoders.bag_of_pieces import BagOfPieces
from bert_tf.models.encoders.document_frequencies import count_documents
from bert_tf.models.encoders.transformer_encoder import transformer_of
from bert_tf.models.kernels.rows_in_use import RowsInUse
from bert_tf.models.pooling import choose_pooling
from bert_tf.models.task_network import TaskNetwork
from bert_tf.models.text_model import TextModel
from bert_tf.models.worker_group import WorkerGroup
from bert_tf.native.library import NativeLibrary
from bert_tf.ragged_rows import RowValues
from bert_tf.recipe.schema import Recipe, Training
from bert_tf.training.fit import compile_model
from bert_tf.training.optimizer import adamw
from bert_tf.workflow.assemble import build_model, choose
from bert_tf.workflow.prepare import Prepared
from bert_tf.workflow.text_rows import text_rows

# With more of the rows in use the plain update is as fast: `python -m benchmarks.pieces`.
_MOST_IN_USE = 0.5


@dataclasses.dataclass(frozen=True)
class TrainingSetup:
    """A model with the encoder's weights and a head that has learned nothing, and what it is trained with.

    Attributes:
        batches: Of all epochs.
        compute: What the recipe's kernels and precision come to on this machine.
        pooling: What the recipe's pooling comes to with this encoder.
        model: Not compiled yet.
        monitor: Chooses the best epoch by the validation rows.
    """

    batches: TrainingBatches
    compute: Compute
    pooling: str
    model: TextModel
    monitor: Measure


def set_up_training(
    recipe: Recipe, encoder_folder: pathlib.Path, prepared: Prepared, *, group: WorkerGroup | None = None
) -> TrainingSetup:
    """Seed everything random and build what is trained.

    Args:
        recipe: Resolved.
        encoder_folder: Of `fitting_encoder`.
        prepared: With the tokenizer of the same folder.
        group: The workers that train the model together; None where this process does.

    Raises:
        ModelError: the encoder can't be loaded.
    """
    keras.utils.set_random_seed(recipe.training.seed)
    encoder, given = load_encoder(encoder_folder)
    if isinstance(encoder, BagOfPieces):
        _count_words(encoder, prepared)
    network = prepared.task.network(recipe, prepared.facts)
    compute = choose(recipe, encoder.config)
    batches = _batches(recipe.training, network, prepared, group, to_longest=compute.has_native_layers)
    pooling = choose_pooling(
        recipe.model.pooling,
        encoder.config,
        given=given,
        for_vectors=not network.separable or recipe.shots.steps > 0,
    )
    return TrainingSetup(
        batches=batches,
        compute=compute,
        pooling=pooling,
        model=build_model(recipe, encoder, network, compute, pooling=pooling, group=group),
        monitor=prepared.task.measure(recipe.training.monitor),
    )


def compile_for_training(training: Training, setup: TrainingSetup) -> None:
    """Give the model AdamW as the recipe wants it, for as many steps as there are batches, beside the task's loss."""
    steps = setup.batches.steps_per_epoch * training.epochs
    optimizer = make_optimizer(
        training, learning_rate=training.learning_rate, total_steps=steps, native=setup.compute.native
    )
    compile_model(
        setup.model, optimizer=optimizer, rows_in_use=word_rows_in_use(setup), mean_rows=setup.batches.mean_rows
    )


def make_optimizer(
    training: Training, *, learning_rate: float, total_steps: int, native: NativeLibrary | None = None
) -> keras.optimizers.Optimizer:
    """AdamW with the recipe's schedule; arguments as of `adamw`."""
    return adamw(
        learning_rate=learning_rate,
        schedule=training.schedule,
        warmup=training.warmup,
        total_steps=total_steps,
        weight_decay=training.weight_decay,
        clip_norm=training.clip_norm,
        scale_loss=training.precision == "float16",
        native=native,
    )


def word_rows_in_use(setup: TrainingSetup) -> RowsInUse | None:
    """Of the word embeddings; None where that would save nothing, and with the reference kernels, which stay plain."""
    if setup.compute.fused_dtype is None:
        return None
    words = transformer_of(setup.model.encoder).embeddings.words
    ids = setup.batches.ids_in_use(vocabulary_size=words.shape[0], most=int(_MOST_IN_USE * words.shape[0]))
    return None if ids is None else RowsInUse(words, ids)


def _count_words(encoder: BagOfPieces, prepared: Prepared) -> None:
    others = prepared.texts.get("train")
    caches = [prepared.tokens["train"], *([] if others is None or others.labels is not None else [others.tokens])]
    starts = np.cumsum([0, *map(len, caches)])

    def ids(index: int) -> np.ndarray:
        part = int(np.searchsorted(starts, index, side="right")) - 1
        return caches[part].ids(index - int(starts[part]))

    lengths, config = np.concatenate([cache.lengths for cache in caches]), encoder.config
    encoder.learn(count_documents(ids, lengths, vocabulary_size=config.vocabulary_size, most_pairs=config.pairs))


def _batches(
    training: Training, network: TaskNetwork, prepared: Prepared, group: WorkerGroup | None, *, to_longest: bool
) -> TrainingBatches:
    examples = prepared.examples["train"]
    rows, targets = _rows(prepared, examples, seed=training.seed)
    tokens = training.batch_tokens
    features = prepared.interactions["train"].features if prepared.interactions else None
    return TrainingBatches(
        rows,
        targets=targets,
        weights=network.example_weights(examples.targets, examples.weights),
        batch_size=training.batch_size if tokens is None else TokenBudget(tokens),
        seed=training.seed,
        epochs=training.epochs,
        features=0 if features is None else features.shape[1],
        shard=None if group is None else Shard(group.index, group.count, by_text=not network.separable),
        to_longest=to_longest,
    )


def _rows(prepared: Prepared, examples: Examples, *, seed: int) -> tuple[EpochRows, RowValues]:
    """The rows, and what the loss is given: of a task that reads tokens, what words teach, where their first tokens
    are; of one that compares vectors, which texts are equal."""
    tokens = prepared.tokens["train"]
    if "train" in prepared.interactions:
        found = prepared.interactions["train"]
        return HistoryRows(found.tokens, found.items, found.read, features=found.features), found.numbers
    if "train" in prepared.texts:
        return text_rows(prepared, seed=seed)
    if prepared.begins_word is None:
        return tokens, examples.targets
    learned = prepared.aligned.words["train"].learned
    return tokens, word_targets(tokens, learned, begins_word=prepared.begins_word)
