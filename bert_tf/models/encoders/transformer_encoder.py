"""An encoder: embeddings, a stack of transformer layers, and what some families put in between or behind."""

from typing import ClassVar

import tensorflow as tf
import tf_keras as keras

from bert_tf.errors import ModelError
from bert_tf.models.encoders.built_layers import InitialValues, dense, random_values
from bert_tf.models.encoders.embeddings import Embeddings
from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.relative_positions import RelativePositions
from bert_tf.models.encoders.text_encoder import Inputs, TextEncoder, own_pooler
from bert_tf.models.encoders.transformer_layer import TransformerLayer

# The addend of a masked score: e^-10000 is 0 in every float format.
MASKED = -10000.0


class TransformerEncoder(keras.Model):
    """Token ids to hidden states, by plain TensorFlow: the reference graph of every family.

    Its variables are those that checkpoints hold by position, and that the fused kernels and the frozen graph read.

    Args:
        config: Sizes and rates.
        initial: What the variables begin with; random values by default.

    Attributes:
        config: As given.
        embeddings: The tables and their LayerNorm.
        projection: Dense layer from the tables' width to H, or None where they are equal.
        relative_positions: What is added to the scores, or None.
        transformer_layers: In order.
        pooler: Dense layer with tanh over the first token's state (Devlin et al., 2019), or None.
    """

    # Checkpoints hold variables by position, and those of some families have the tables behind all others.
    embeddings_come_last: ClassVar[bool] = False

    def __init__(self, config: EncoderConfig, initial: InitialValues | None = None) -> None:
        super().__init__(name=config.family.replace("-", "_"))
        initial = initial or random_values(config.initializer_range)
        self.config = config
        with tf.name_scope(self.name):
            if not self.embeddings_come_last:
                self._make_embeddings(initial)
            self.relative_positions = RelativePositions(config, initial) if config.relative_buckets else None
            self.transformer_layers = [TransformerLayer(config, index, initial) for index in range(config.layers)]
            width = config.hidden_size
            self.pooler = dense("pooler", width, width, activation="tanh", initial=initial) if config.pooler else None
            if self.embeddings_come_last:
                self._make_embeddings(initial)
        self.built = True

    def _make_embeddings(self, initial: InitialValues) -> None:
        config = self.config
        self.embeddings = Embeddings(config, initial)
        projected = config.embedding_width != config.hidden_size
        self.projection = (
            dense("projection", config.embedding_width, config.hidden_size, initial=initial) if projected else None
        )

    def call(self, inputs: Inputs, training: bool = False) -> tf.Tensor:
        """Last hidden states, float32 [B, L, H].

        Args:
            inputs: `input_ids`, integers [B, L], or `inputs_embeds`, float32 [B, L, E], in their place;
                `attention_mask`, 1 for tokens and 0 for padding, which stands on the right, without it all are tokens;
                `token_type_ids`, integers [B, L], where the encoder takes segments, without them all are 0.
            training: Whether to drop shares.
        """
        return self.hidden_states(inputs, training=training)[-1]

    def hidden_states(self, inputs: Inputs, *, training: bool = False) -> list[tf.Tensor]:
        """What goes into the first layer and what each layer gives, float32 [B, L, H] each; inputs as of `call`."""
        words = inputs.get("inputs_embeds")
        if words is None:
            words = tf.gather(self.embeddings.words, inputs["input_ids"])
        states = self.embeddings(words, inputs.get("token_type_ids"), training=training)
        if self.projection is not None:
            states = self.projection(states)
        score_bias = self._score_bias(inputs.get("attention_mask"), tf.shape(words)[1])
        found = [states]
        for layer in self.transformer_layers:
            found.append(layer(found[-1], score_bias, training=training))
        return found

    def pooled(self, hidden: tf.Tensor) -> tf.Tensor:
        """The pooler's vectors, float32 [B, H], of last hidden states; raises ModelError where there is none."""
        return own_pooler(self)(hidden[:, 0])

    def points(self, ids: tf.Tensor, kept: tf.Tensor, *, baseline_id: int) -> tf.Tensor:
        """Word embeddings, float32 [L, E]; see `TextEncoder`."""
        return tf.gather(self.embeddings.words, tf.where(kept, ids, baseline_id))

    def paths(self) -> dict[str, tf.Variable]:
        """The variables by their paths, such as `layers/0/query/kernel`, in their order."""
        return {weight.name.removesuffix(":0").removeprefix(f"{self.name}/"): weight for weight in self.weights}

    def _score_bias(self, attention_mask: tf.Tensor | None, length: tf.Tensor) -> tf.Tensor:
        """What is added to the scores of each layer, of a shape that is broadcast to [B, N, L, L]."""
        bias = tf.zeros([1, 1, 1, 1])
        if attention_mask is not None:
            bias = ((1.0 - tf.cast(attention_mask, tf.float32)) * MASKED)[:, tf.newaxis, tf.newaxis]
        return bias if self.relative_positions is None else bias + self.relative_positions(length)


def transformer_of(encoder: TextEncoder) -> TransformerEncoder:
    """The encoder where it is a transformer; raises ModelError for any other."""
    if isinstance(encoder, TransformerEncoder):
        return encoder
    raise ModelError(
        f"The encoder {encoder.config.family!r} is no transformer.",
        where="model.encoder",
        hint='use a pretrained one, such as "minilm-l6"',
    )
