"""What a model needs of a task: which head reads the vector of a text, or of each of its tokens, and what becomes of
what the head gives."""

from collections.abc import Collection, Sequence
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.item_features import ItemFeatures
from bert_tf.ragged_rows import RowValues

Outputs = dict[str, tf.Tensor]


class WordTokens(NamedTuple):
    """Which tokens of rows are of words, bool [B, L] each.

    Attributes:
        begins: The first of a word.
        inside: The others of a word that begins in the row.
    """

    begins: tf.Tensor
    inside: tf.Tensor


class TaskNetwork(Protocol):
    """A task's part of a `TextModel`; `bert_tf.tasks.classify.network.ClassifyNetwork`.

    Outputs are tensors by name, each with a row for each text, [B, …]; which there are is the task's affair. Expected
    values are what the labels of B rows were encoded to, [B, …].

    A task that reads tokens has a token axis behind the first: its head gets all hidden states, its outputs are
    [B, L, …], and expected values are [B, L], negative for a token that nothing is expected of, as of
    `bert_tf.batches.word_targets`. What is decoded and explained are outputs of words; see `TokenNetwork`.
    """

    @property
    def reads(self) -> Literal["pooled", "tokens"]:
        """What the head gets: the vector of a text, or those of its tokens."""

    @property
    def separable(self) -> bool:
        """Whether the loss of a batch is a sum over its rows, so that any part of them can be computed by itself. Where
        it isn't, what is right for a row are texts, whose vectors the loss sees: see `VectorNetwork` and
        `HistoryNetwork`."""

    def head(self, *, dropout: float, initializer_range: float) -> keras.layers.Layer:
        """Layer from pooled texts, float32 [B, H], or tokens, [B, L, H], to the task's values, float32 [B, …]."""

    def outputs(self, values: Any) -> Outputs:
        """What the head gives, by name; a tensor, or tensors by name, as `head` gives it."""

    def loss(self, expected: tf.Tensor, outputs: Outputs) -> tf.Tensor:
        """What training makes less, for each row by itself: float32 [B]; [B, K] of K heads, as its weights are."""

    def metrics(self) -> list[keras.metrics.Metric]:
        """New metrics, which `update_metrics` fills; what is shown of the training rows while training."""

    def update_metrics(self, metrics: Sequence[keras.metrics.Metric], expected: tf.Tensor, outputs: Outputs) -> None:
        """Count B rows in metrics of `metrics`, in its order."""

    def example_weights(self, expected: RowValues, weights: np.ndarray) -> np.ndarray:
        """Weight of each of N training rows, float32 [N] with mean 1; [N, K] where the loss is of K heads.

        Args:
            expected: [N, …], or `RaggedRows`.
            weights: Weights that came with the data, float [N], not negative.

        Raises:
            RecipeError: the recipe's weights don't fit the data, or all are zero.
        """

    def explained(self, outputs: Outputs, target: tf.Tensor) -> tf.Tensor:
        """The value that an explanation of an answer is of, which shouldn't saturate: float32 [B].

        Args:
            outputs: Of B rows; of a task that reads tokens what `join` gave for rows of as many words.
            target: Which of `TaskServing.targets`, an int32 scalar.
        """

    def decode(self, outputs: Outputs) -> Outputs:
        """What is served; float32, int32, string and bool only, each [B, …]. Of a task that reads tokens, of each word
        by itself, [B, words], of what `join` gave: `from_ids` is asked for that, and knows no places."""


class TextNetwork(TaskNetwork, Protocol):
    """The part of a task that reads whole texts; `bert_tf.tasks.classify.network.ClassifyNetwork`."""

    def merge(self, outputs: Outputs, *, weights: tf.Tensor, text_of: tf.Tensor, texts: int | tf.Tensor) -> Outputs:
        """The outputs of texts whose windows were read one by one.

        Args:
            outputs: Of W windows, each [W, …].
            weights: Of windows, above 0, such as their tokens; float32 [W].
            text_of: The text that a window is of, int [W]; each text has one.
            texts: T, how many there are.

        Returns:
            The same names, each [T, …].
        """


class VectorNetwork(TaskNetwork, Protocol):
    """The part of a task whose loss compares vectors of a batch; `bert_tf.tasks.embed.network.EmbedNetwork`.

    While it is trained, a row is T texts: its own, and those that are right and wrong for it. Inputs and outputs are
    of all of them, [B · T, …], those of a row one behind the other; expected values are numbers of texts, int [B, T],
    equal where the texts are. There is one output, the vectors, float32 [B · T, H]; the loss is of rows, [B].
    """

    @property
    def dimensions(self) -> Sequence[int]:
        """Numbers of first dimensions that are measured as vectors of their own."""


class HistoryNetwork(TaskNetwork, Protocol):
    """The part of a task whose rows are an item and a history of others; `bert_tf.tasks.rank.network.RankNetwork`.

    While it is trained, inputs are the different texts of a batch, as of `bert_tf.batches.history_rows`, and outputs
    are of these; expected values are of rows, [B, 2 + N], or [B, 2 + 2 N] with age; so is the loss, [B].
    """

    @property
    def history(self) -> int:
        """Items of a history that are read, at most."""

    @property
    def features(self) -> ItemFeatures | None:
        """What is read of an item beside its text, if anything; the head is given it."""

    @property
    def reads_age(self) -> bool:
        """Whether `users` reads how long ago items were liked."""

    def head_values(self, size: int) -> int:
        """How many values the head gives of a text whose vector has so many numbers."""

    def users(self, outputs: Outputs, histories: tf.Tensor, ages: tf.Tensor | None = None) -> tf.Tensor:
        """The vectors of users, of length 1, float32 [B, H], which items' `vector`s are multiplied with.

        Args:
            outputs: Of texts; the first is the empty one.
            histories: Places of texts, the newest item first and 0 for none, int [B, N].
            ages: How long ago each of these was liked, float32 [B, N], where that is read.
        """


class TokenNetwork(TaskNetwork, Protocol):
    """The part of a task that reads tokens; `bert_tf.tasks.tag.network.TagNetwork`.

    From outputs of tokens to what is served it is three steps: `read_words` gives each word its values, which are then
    put in the order of the words of a text, from its windows where it has several; `join` looks at the words of a text
    beside each other; `decode_words` makes answers.
    """

    @property
    def row_outputs(self) -> Collection[str]:
        """Names of the outputs that are of a whole row, [B, …]: what `join` needs beside those of words."""

    @property
    def counts_bytes(self) -> bool:
        """Whether places that are served are counted in bytes of UTF-8, and not in characters."""

    def read_words(self, outputs: Outputs, tokens: WordTokens) -> Outputs:
        """The same outputs, [B, L, …], with the values of each word where its first token is."""

    def join(self, outputs: Outputs, lengths: tf.Tensor, joined_to: tf.Tensor | None = None) -> Outputs:
        """What the words of texts come to beside each other, [B, words, …]: outputs of words only.

        Args:
            outputs: Of words, [B, words, …], padded, and of rows.
            lengths: Words of each text, int [B].
            joined_to: What stands directly before each, int32 [B, words]; see `WordSpans`. None where only token ids
                are known.
        """

    def decode_words(self, outputs: Outputs, *, starts: tf.RaggedTensor, ends: tf.RaggedTensor) -> Outputs:
        """What is served for texts; as of `decode`, and padded to the longest row of the batch by zeros, or "".

        Args:
            outputs: What `join` gave for the words that were read, [B, words, …].
            starts: Where each of them begins, in characters or bytes of the text, ragged int32 [B, words].
            ends: The place behind each.
        """
