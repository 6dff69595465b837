"""tf.data over a batch plan: padded inputs, targets and weights, made ahead of the step that needs them."""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from bert_tf.batches.batch_plan import BatchPlan, TokenBudget, evaluation_plan, training_plan
from bert_tf.batches.cache import TokenCache
from bert_tf.batches.shard import Shard
from bert_tf.batches.windowed import WindowedTokens
from bert_tf.batches.word_targets import NOTHING
from bert_tf.ragged_rows import RaggedRows, RowValues
from bert_tf.text.encoded import FEATURES, MODEL_INPUTS

_PREFETCH = 4


class TrainingRows(Protocol):
    """N rows of an epoch: a `TokenCache`; `TextGroups` or `HistoryRows` where a row is several texts.

    Attributes:
        lengths: Tokens of the longest text of each row, int [N].
        max_tokens: Longest text.
        apart: Equal for rows that should stand in different batches, int [N]; None where any may stand together.
    """

    lengths: np.ndarray
    max_tokens: int
    apart: np.ndarray | None

    def tokens_in(self, indices: np.ndarray) -> int:
        """Tokens of some rows together."""

    def texts_in(self, indices: np.ndarray) -> int:
        """Model inputs that `rows` gives of B rows: B · T where each is T texts."""

    def rows(self, indices: np.ndarray, *, padded_length: int) -> dict[str, np.ndarray]:
        """Model inputs of B rows, int32 [texts, padded_length]: the texts of a row one behind the other, or as of
        `HistoryRows`."""


class EpochRows(Protocol):
    """N rows that are trained on: as of `TrainingRows`, or `LabelPairs`, which are others in each epoch."""

    def __len__(self) -> int: ...
    def of_epoch(self, epoch: int) -> TrainingRows:
        """The rows of an epoch, counted from 0; a pure function of it."""

    def ids_in_use(self, *, vocabulary_size: int, most: int) -> np.ndarray | None:
        """See `TokenCache.ids_in_use`; of all epochs."""


@dataclasses.dataclass(frozen=True)
class BatchSize:
    """How much work a step is: examples, their tokens, and the tokens after padding."""

    examples: int
    tokens: int
    padded_tokens: int


class TrainingBatches:
    """The batches of all epochs; any of them can be made without those before it.

    Args:
        tokens: N rows.
        targets: What is right for each row, as its task encodes it, [N, …]; `RaggedRows` of what is right for each
            token.
        weights: Example weights, float [N], or [N, K] of K heads.
        batch_size: Rows in a batch; the last of an epoch may have fewer. Or a budget of tokens, where rows have the
            same lengths in every epoch.
        seed: Of the order; see `training_plan`.
        epochs: How often each row is seen.
        features: How many numbers `TrainingRows.rows` gives of a text beside its tokens.
        shard: Of this worker, where several train one model: `dataset` gives its part of each batch; None all of it.
        to_longest: Pad a batch to its longest row only: nothing is compiled for a shape.

    Attributes:
        epochs: As given.
        shard: Likewise.
        steps_per_epoch: Of each.
        mean_rows: Rows of a batch on the mean, where a budget of tokens makes some larger than others; else None.
    """

    def __init__(
        self,
        tokens: EpochRows,
        *,
        targets: RowValues,
        weights: np.ndarray,
        batch_size: int | TokenBudget,
        seed: int,
        epochs: int,
        features: int = 0,
        shard: Shard | None = None,
        to_longest: bool = False,
    ) -> None:
        self.shard = shard
        self._to_longest = to_longest
        self._tokens = tokens
        self._targets = targets
        self._weights = weights.astype(np.float32)
        self.epochs = epochs
        self._batch_size, self._seed, self._features = batch_size, seed, features
        # An instance's own cache: the epoch in use, and the next one while tf.data already reads ahead into it.
        self._epoch = functools.lru_cache(maxsize=2)(
            functools.partial(_epoch, tokens, batch_size=batch_size, seed=seed, to_longest=to_longest)
        )
        self.mean_rows: float | None = None
        if isinstance(batch_size, TokenBudget):
            self.steps_per_epoch = len(self._epoch(0)[1])
            self.mean_rows = len(tokens) / self.steps_per_epoch
        else:
            self.steps_per_epoch = -(-len(tokens) // batch_size)

    def replaced(self, tokens: EpochRows, *, targets: RowValues) -> "TrainingBatches":
        """Batches of as many other rows, such as these with more texts, with the same weights, seed and epochs."""
        return TrainingBatches(
            tokens,
            targets=targets,
            weights=self._weights,
            batch_size=self._batch_size,
            seed=self._seed,
            epochs=self.epochs,
            features=self._features,
            shard=self.shard,
            to_longest=self._to_longest,
        )

    @property
    def shapes(self) -> int:
        """Different shapes (rows, padded length) of batches of the first epoch; each is compiled once at most."""
        return len(set(map(self.shape, range(self.steps_per_epoch))))

    def ids_in_use(self, *, vocabulary_size: int, most: int) -> np.ndarray | None:
        """Every id that is in any batch; see `TokenCache.ids_in_use`."""
        return self._tokens.ids_in_use(vocabulary_size=vocabulary_size, most=most)

    def shape(self, step: int) -> tuple[int, int]:
        """Rows and padded length of a step, counted from 0 over all epochs."""
        _, rows, padded_length = self._rows(step)
        return len(rows), padded_length

    def size(self, step: int) -> BatchSize:
        """How much work a step, counted from 0 over all epochs, is."""
        tokens, rows, padded_length = self._rows(step)
        return BatchSize(len(rows), tokens.tokens_in(rows), tokens.texts_in(rows) * padded_length)

    def batch(self, step: int) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
        """Inputs as of `TrainingRows.rows`, targets [B, …] and weights float32 [B] or [B, K] of a step over all epochs.

        Targets of tokens are [B, padded length], -1 behind the last token of a row.
        """
        tokens, rows, padded_length = self._rows(step)
        targets = self._targets[rows]
        if isinstance(targets, RaggedRows):
            targets = targets.padded(padded_length, fill=NOTHING)
        return tokens.rows(rows, padded_length=padded_length), targets, self._weights[rows]

    def part(self, step: int) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray, np.ndarray]:
        """What a worker computes of a step: as of `batch`, and where it stands, as of `Shard.place`."""
        inputs, targets, weights = self.batch(step)
        texts = len(inputs[MODEL_INPUTS[0]])
        if self.shard is None:
            return inputs, targets, weights, np.array([0, texts, texts], np.int32)
        size = texts if self.shard.by_text else len(targets)
        own, place = self.shard.part(size), self.shard.place(size)
        inputs = {name: array[own] for name, array in inputs.items()}
        return (inputs, targets, weights, place) if self.shard.by_text else (inputs, targets[own], weights[own], place)

    def dataset(
        self, *, first_step: int = 0, steps: Sequence[int] | None = None, epochs: int | None = None
    ) -> tf.data.Dataset:
        """Elements as of `batch`, as tensors: of given steps, or from a step on to the end of the last of `epochs`,
        which are all of them if not given. With a shard pairs of such an element, its part, and where that stands."""

        def arrays(step: np.ndarray) -> tuple[np.ndarray, ...]:
            inputs, targets, weights, place = self.part(int(step))
            return *(inputs[name] for name in names), targets, weights, place

        def element(step: tf.Tensor) -> Any:
            *inputs, targets, weights, place = tf.numpy_function(arrays, [step], types)
            batch = (
                _inputs(inputs, self._features),
                tf.ensure_shape(targets, shape),
                tf.ensure_shape(weights, [None, *self._weights.shape[1:]]),
            )
            return batch if self.shard is None else (batch, tf.ensure_shape(place, [3]))

        names, of_inputs = _names(self._features)
        types = [*of_inputs, self._targets.dtype, tf.float32, tf.int32]
        shape = [None, *self._targets.shape[1:]]
        if steps is not None:
            return _elements(tf.data.Dataset.from_tensor_slices(np.array(steps, np.int64)), element)
        return _elements(tf.data.Dataset.range(first_step, self.steps_per_epoch * (epochs or self.epochs)), element)

    def _rows(self, step: int) -> tuple[TrainingRows, np.ndarray, int]:
        number, index = divmod(step, self.steps_per_epoch)
        tokens, plan = self._epoch(number)
        return tokens, *plan.batch(index)


def evaluation_batches(
    tokens: TokenCache | WindowedTokens, *, batch_tokens: int, every: int = 1, features: np.ndarray | None = None
) -> tuple[tf.data.Dataset, np.ndarray]:
    """Batches of every row once, and the row that each output belongs to.

    Args:
        tokens: N rows.
        batch_tokens: As of `evaluation_plan`.
        every: More than 1 is for a sample: the first of each so many batches, and their rows only.
        features: What is known of each row beside its tokens, float32 [N, F].

    Returns:
        The dataset of inputs as of `TokenCache.rows`, with `features` if given, and int64 [N]: output i of the batches,
        taken one after another, is of row order[i].
    """
    plan = evaluation_plan(tokens.lengths, batch_tokens=batch_tokens)

    def arrays(index: np.ndarray) -> tuple[np.ndarray, ...]:
        rows, padded_length = plan.batch(int(index))
        inputs = tokens.rows(rows, padded_length=padded_length)
        return *(inputs[name] for name in MODEL_INPUTS), *([] if features is None else [features[rows]])

    def element(index: tf.Tensor) -> dict[str, tf.Tensor]:
        return _inputs(tf.numpy_function(arrays, [index], types), width)

    width = 0 if features is None else features.shape[1]
    _, types = _names(width)

    order = plan.order if every == 1 else np.concatenate([plan.batch(index)[0] for index in range(0, len(plan), every)])
    return _elements(tf.data.Dataset.range(0, len(plan), every), element), order


def _epoch(
    tokens: EpochRows, epoch: int, *, batch_size: int | TokenBudget, seed: int, to_longest: bool
) -> tuple[TrainingRows, BatchPlan]:
    rows = tokens.of_epoch(epoch)
    plan = training_plan(
        rows.lengths, batch_size=batch_size, max_tokens=rows.max_tokens, seed=seed, epoch=epoch, apart=rows.apart
    )
    return rows, plan.to_longest(rows.lengths) if to_longest else plan


def _names(features: int) -> tuple[list[str], list[tf.DType]]:
    """Names and types of the inputs."""
    more, of_more = ([FEATURES], [tf.float32]) if features else ([], [])
    return [*MODEL_INPUTS, *more], [*[tf.int32] * len(MODEL_INPUTS), *of_more]


def _inputs(arrays: list[tf.Tensor], features: int) -> dict[str, tf.Tensor]:
    names, _ = _names(features)
    return {
        name: tf.ensure_shape(array, [None, features if name == FEATURES else None])
        for name, array in zip(names, arrays, strict=True)
    }


def _elements(steps: tf.data.Dataset, element: Callable) -> tf.data.Dataset:
    # There is nothing to tune, so tf.data needs no thread that tries.
    options = tf.data.Options()
    options.autotune.enabled = False
    return steps.map(element).prefetch(_PREFETCH).with_options(options)
