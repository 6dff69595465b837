"""From one vector for each token to one vector for a text."""

from collections.abc import Callable, Mapping

import tensorflow as tf

from bert_tf.models.encoders.transformer_encoder import TransformerEncoder

Pooling = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def first(hidden: tf.Tensor, attention_mask: tf.Tensor) -> tf.Tensor:
    """Vector of the first token, [CLS]: float32 [B, L, H] and int32 [B, L] to float32 [B, H]."""
    del attention_mask
    return hidden[:, 0]


def mean(hidden: tf.Tensor, attention_mask: tf.Tensor) -> tf.Tensor:
    """Mean over a text's own tokens, padding left out: float32 [B, L, H] and int32 [B, L] to float32 [B, H]."""
    weight = tf.cast(attention_mask, hidden.dtype)[:, :, None]
    return tf.reduce_sum(hidden * weight, 1) / tf.maximum(tf.reduce_sum(weight, 1), 1.0)


def choose_pooling(name: str, encoder: TransformerEncoder, *, pooler_is_trained: bool) -> str:
    """What a recipe's word comes to: "auto" is "pooler" where the encoder came with a trained one, else "first"."""
    if name != "auto":
        return name
    return "pooler" if pooler_is_trained and encoder.pooler is not None else "first"


def make_pooling(name: str, encoder: TransformerEncoder) -> Pooling:
    """The pooling of a name.

    Args:
        name: "pooler", "first" or "mean".
        encoder: Whose pooler it may be.

    Raises:
        ModelError: "pooler" and the encoder has none.
    """
    if name == "pooler":
        pooler = encoder.own_pooler()
        return lambda hidden, attention_mask: pooler(hidden[:, 0])
    poolings: Mapping[str, Pooling] = {"first": first, "mean": mean}
    return poolings[name]
