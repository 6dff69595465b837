"""The sum of word, position and segment embeddings, normalized."""

import tensorflow as tf
import tf_keras as keras

from bert_tf.models.dropout_layer import Dropout
from bert_tf.models.encoders.built_layers import InitialValues, layer_norm
from bert_tf.models.encoders.encoder_config import EncoderConfig


class Embeddings(keras.layers.Layer):
    """Tables and their LayerNorm (Devlin et al., 2019).

    Args:
        config: Of the encoder.
        initial: Of its variables.

    Attributes:
        words: [V, E].
        segments: [S, E], or None. A table of one row is added to every token.
        positions: [P, E].
        norm: LayerNorm.
    """

    def __init__(self, config: EncoderConfig, initial: InitialValues) -> None:
        super().__init__(name="embeddings")
        self._first_position, self._takes_segments = config.first_position, config.takes_segments

        def table(name: str, rows: int) -> tf.Variable:
            shape = [rows, config.embedding_width]
            return self.add_weight(name=name, shape=shape, initializer=initial(f"embeddings/{name}"))

        with tf.name_scope("embeddings"):
            self.words = table("words", config.vocabulary_size)
            self.segments = table("segments", config.segments) if config.segments else None
            self.positions = table("positions", config.positions)
        self.norm = layer_norm("embeddings/norm", config.embedding_width, epsilon=config.epsilon, initial=initial)
        self._dropout = Dropout(config.hidden_dropout)
        self.built = True

    def call(self, words: tf.Tensor, segment_ids: tf.Tensor | None, training: bool = False) -> tf.Tensor:
        """Word embeddings, float32 [B, L, E], to what the first layer reads, float32 [B, L, E].

        Args:
            words: Rows of the word table, or points between them.
            segment_ids: Integers [B, L]; None puts all tokens into the first segment.
            training: Whether to drop a share.
        """
        start = self._first_position
        states = words + self.positions[start : start + tf.shape(words)[1]]
        if self.segments is not None:
            told = self._takes_segments and segment_ids is not None
            states += tf.gather(self.segments, segment_ids) if told else self.segments[0]
        return self._dropout(self.norm(states), training=training)
