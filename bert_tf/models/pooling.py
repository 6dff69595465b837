"""From one vector for each token to one vector for a text."""

from collections.abc import Callable, Mapping

import tensorflow as tf
import tf_keras as keras

from bert_tf.errors import ModelError

Pooling = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def first(hidden: tf.Tensor, attention_mask: tf.Tensor) -> tf.Tensor:
    """Vector of the first token, [CLS]: float32 [B, L, H] and int32 [B, L] to float32 [B, H]."""
    del attention_mask
    return hidden[:, 0]


def mean(hidden: tf.Tensor, attention_mask: tf.Tensor) -> tf.Tensor:
    """Mean over a text's own tokens, padding left out: float32 [B, L, H] and int32 [B, L] to float32 [B, H]."""
    weight = tf.cast(attention_mask, hidden.dtype)[:, :, None]
    return tf.reduce_sum(hidden * weight, 1) / tf.maximum(tf.reduce_sum(weight, 1), 1.0)


def pooler_of(encoder: keras.Model) -> keras.layers.Layer | None:
    """The encoder's trained pooler (dense and tanh over the first token: Devlin et al. 2019), or None."""
    return getattr(getattr(encoder, encoder.base_model_prefix, None), "pooler", None)


def choose_pooling(name: str, encoder: keras.Model, *, pooler_is_trained: bool) -> str:
    """What a recipe's word comes to: "auto" is "pooler" where the encoder came with a trained one, else "first"."""
    if name != "auto":
        return name
    return "pooler" if pooler_is_trained and pooler_of(encoder) is not None else "first"


def make_pooling(name: str, encoder: keras.Model) -> Pooling:
    """The pooling of a name.

    Args:
        name: "pooler", "first" or "mean".
        encoder: A transformers model.

    Raises:
        ModelError: "pooler" and the encoder has none.
    """
    if name == "pooler":
        pooler = pooler_of(encoder)
        if pooler is None:
            raise ModelError(
                f"{type(encoder).__name__} has no pooler.", where="model.pooling", hint='use "first" or "mean"'
            )
        return lambda hidden, attention_mask: pooler(hidden)
    poolings: Mapping[str, Pooling] = {"first": first, "mean": mean}
    return poolings[name]
