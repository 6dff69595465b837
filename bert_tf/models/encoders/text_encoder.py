"""What a model needs of an encoder, whether it is a transformer or a baseline."""

from collections.abc import Sequence
from typing import Protocol

import tensorflow as tf
import tf_keras as keras

from bert_tf.errors import ModelError
from bert_tf.models.encoders.encoder_config import EncoderConfig

Inputs = dict[str, tf.Tensor]


class TextEncoder(Protocol):
    """Token ids to hidden states; `TransformerEncoder`, `BiLSTMEncoder` or `BagOfPieces`.

    Attributes:
        config: Sizes and rates.
        pooler: Dense layer over the first token's state, or None.
        weights: All variables, in the order of a checkpoint.
    """

    config: EncoderConfig
    pooler: keras.layers.Dense | None

    @property
    def weights(self) -> Sequence[tf.Variable]: ...

    def __call__(self, inputs: Inputs, training: bool = False) -> tf.Tensor:
        """Last hidden states, float32 [B, L, H], or [B, 1, H] where `config.gives_one_vector`.

        Args:
            inputs: `input_ids` and `attention_mask`, integers [B, L], `token_type_ids` where the encoder takes
                segments, and for attribution `inputs_embeds`, float32 [B, L, E], which stand for the tokens then.
            training: Whether to drop shares.
        """

    def points(self, ids: tf.Tensor, kept: tf.Tensor, *, baseline_id: int) -> tf.Tensor:
        """`inputs_embeds` of a text of which only some tokens are there: float32 [L, E].

        Args:
            ids: Integers [L].
            kept: Which tokens are there, bool [L].
            baseline_id: The token that stands for the others, where the encoder needs one.
        """


def own_pooler(encoder: TextEncoder) -> keras.layers.Dense:
    """The encoder's pooler; raises ModelError where it has none."""
    if encoder.pooler is None:
        raise ModelError(
            f"{type(encoder).__name__} has no pooler.", where="model.pooling", hint='use "first", "mean" or "max"'
        )
    return encoder.pooler
