"""A bag of word pieces and of pairs of neighbouring ones, weighted by TF-IDF: the model to beat."""

import numpy as np
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.encoders.built_layers import InitialValues
from bert_tf.models.encoders.document_frequencies import DocumentFrequencies
from bert_tf.models.encoders.encoder_config import EncoderConfig

_NO_PAIR = np.iinfo(np.int64).max  # behind all others, so that the keys stay sorted


def bag_values(config: EncoderConfig) -> InitialValues:
    """What an untrained encoder begins with: a random table, and no piece or pair that counts."""
    initial = {
        "pairs": keras.initializers.Constant(_NO_PAIR),
        "rarity": keras.initializers.Zeros(),
        "table": keras.initializers.TruncatedNormal(stddev=config.initializer_range),
        "bias": keras.initializers.Zeros(),
    }
    return lambda path: initial[path]


class BagOfPieces(keras.Model):
    """Token ids to one vector for a text: a dense layer with ReLU over the TF-IDF of its pieces and their pairs.

    A vector of TF-IDF has a place for each piece and each known pair: how often it is in the text, times the logarithm
    of how rare it is among the training texts (Spärck Jones, 1972), and is of length 1. The dense layer is a table with
    a row for each place, of which a text needs its own only (as Joulin et al., "Bag of Tricks for Efficient Text
    Classification", 2017). What `learn` finds in the training rows is kept in variables, and so in checkpoints.

    Args:
        config: Of the family "bow".
        initial: What the variables begin with; by default those of a bag that has seen no text.

    Attributes:
        config: As given.
        pooler: None.
        pairs: The known pairs (a, b) as a · V + b, sorted; int64 [P].
        rarity: ln((1 + N) / (1 + n)) of what is in n of N training texts; 0 of what is in none; float32 [V + P].
        table: [V + P, H].
        bias: [H].
    """

    pooler: keras.layers.Dense | None = None

    def __init__(self, config: EncoderConfig, initial: InitialValues | None = None) -> None:
        super().__init__(name=config.family)
        initial = initial or bag_values(config)
        self.config = config
        places = config.vocabulary_size + config.pairs

        def variable(name: str, shape: list[int], *, dtype: tf.DType = tf.float32, learned: bool = True) -> tf.Variable:
            return self.add_weight(name=name, shape=shape, dtype=dtype, initializer=initial(name), trainable=learned)

        with tf.name_scope(self.name):
            self.pairs = variable("pairs", [config.pairs], dtype=tf.int64, learned=False)
            self.rarity = variable("rarity", [places], learned=False)
            self.table = variable("table", [places, config.hidden_size])
            self.bias = variable("bias", [config.hidden_size])
        self.built = True

    def learn(self, frequencies: DocumentFrequencies) -> None:
        """Take over which pairs there are in the training texts, and how rare those and the pieces are."""
        known = len(frequencies.pairs)
        keys = np.full(self.config.pairs, _NO_PAIR)
        keys[:known] = frequencies.pairs
        counts = np.zeros(self.rarity.shape[0], np.int64)
        counts[: self.config.vocabulary_size] = frequencies.of_pieces
        counts[self.config.vocabulary_size :][:known] = frequencies.of_pairs
        rarity = np.where(counts > 0, np.log((1 + frequencies.texts) / (1 + counts)), 0)
        self.pairs.assign(keys)
        self.rarity.assign(rarity.astype(np.float32))

    def call(self, inputs: dict[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """The vector of each text, float32 [B, 1, H]; see `TextEncoder`.

        `inputs_embeds`, float32 [B, L, 1], are how far each token of `input_ids` is there, from 0 to 1.
        """
        del training  # the head drops
        places, weights = self._tf_idf(tf.cast(inputs["input_ids"], tf.int64), inputs["attention_mask"])
        there = inputs.get("inputs_embeds")
        if there is not None:
            weights *= tf.concat([there[:, :, 0], there[:, :-1, 0] * there[:, 1:, 0]], 1)
        summed = tf.matmul(weights[:, tf.newaxis], tf.gather(self.table, places))
        return tf.nn.relu(summed + self.bias)

    def points(self, ids: tf.Tensor, kept: tf.Tensor, *, baseline_id: int) -> tf.Tensor:
        """How far each token is there, float32 [L, 1]; see `TextEncoder`."""
        del ids, baseline_id
        return tf.cast(kept, tf.float32)[:, tf.newaxis]

    def _tf_idf(self, ids: tf.Tensor, attention_mask: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Places of the pieces and pairs of each text, int64 [B, 2 L - 1], and what each occurrence weighs, float32."""
        size = self.config.vocabulary_size
        keys = ids[:, :-1] * size + ids[:, 1:]
        found = tf.minimum(tf.searchsorted(self.pairs[tf.newaxis], tf.reshape(keys, [1, -1])), self.config.pairs - 1)
        found = tf.reshape(tf.cast(found, tf.int64), tf.shape(keys))
        is_known = tf.gather(self.pairs, found) == keys
        mask = tf.cast(attention_mask, tf.bool)
        places = tf.concat([ids, size + found], 1)
        counts = tf.concat([mask, is_known & mask[:, 1:]], 1)
        weights = tf.where(counts, tf.gather(self.rarity, places), 0.0)
        # Each occurrence adds its weight, so that a place comes to occurrences times weight.
        squares = tf.square(weights) * _occurrences(places, counts)
        return places, tf.math.divide_no_nan(weights, tf.sqrt(tf.reduce_sum(squares, 1, keepdims=True)))


def _occurrences(places: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
    """How often the place of each occurrence is in its own row, float32 [B, F], as far as `counts`, bool [B, F]."""
    most = tf.reduce_max(places) + 1
    rows = tf.range(tf.shape(places, tf.int64)[0])[:, tf.newaxis]
    # What doesn't count shares a place that nothing else has.
    keys = rows * (most + 1) + tf.where(counts, places, most)
    _, index, times = tf.unique_with_counts(tf.reshape(keys, [-1]))
    return tf.reshape(tf.cast(tf.gather(times, index), tf.float32), tf.shape(places))
